/** Records of others on their way into the store, and what comes later. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { checkRecord } from '../../../src/sharing/record/checkRecord.ts';
import { RecordProblem } from '../../../src/sharing/record/recordProblem.ts';
import { creditsOf } from '../../../src/sharing/record/creditsOf.ts';
import { describeFiles, manifestName } from '../../../src/sharing/record/manifest.ts';
import { originOf, placeRecord, type PlacedRecord } from '../../../src/sharing/record/placeRecord.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const id = '01M8396F2HXXBNE4XH9BVHQ5X8';
const child = '01M8396F2HXXBNE4XH9BVHQ5X9';
const plan = {
  ...{ schemaVersion: 1, id, createdAt: '2026-11-23T04:00:00.000Z', toolVersion: '0.1.0' },
  ...{ root: '/~home/project', cwd: '', argv: ['python3', 'train.py'], stdin: 'empty', tty: false },
  ...{ environment: { kind: 'host' }, hiddenVariables: 'not-shared' },
  interpreter: { known: 'unknown', reason: 'none' },
  code: { known: 'unknown', reason: 'not in git' },
  ...{ parameters: {}, seed: { known: 'unknown', reason: 'none' }, variables: {} },
};
const childPlan = { ...plan, id: child, parent: id };
const neutral = { home: '/home/bob', machine: (host: string): string => host };

/** @param notes Names of annotations by their paths in the commit. */
async function placed(
  store: string,
  ofChild: unknown,
  notes: Readonly<Record<string, string>> = {},
): Promise<PlacedRecord> {
  const values = Object.entries({
    'record/plan.json': plan,
    [`children/${child}/plan.json`]: ofChild,
    ...Object.fromEntries(
      Object.entries(notes).map(([path, name]) => [path, { schemaVersion: 1, at: plan.createdAt, name }]),
    ),
  });
  const files = new Map(values.map(([path, value]) => [path, Buffer.from(JSON.stringify(value))]));
  const named = describeFiles(files, () => 'ana');
  const manifest = { schemaVersion: 1, id, toolVersion: '0.1.0', children: [child], files: named };
  const record = checkRecord(id, files.set(manifestName, Buffer.from(JSON.stringify(manifest))));
  const origin = originOf(record, { remote: 'origin', url: 'x', commit: 'c' });
  return placeRecord({ store, record, origin, pushedBy: 'ana', neutral });
}

const note = (place: string, last: string): string =>
  `${place}/annotations/01M8396F2HXXBNE4XH9BVHQ5${last}.json`;

describe('placing a record', () => {
  it('adds later statements to a child run only where it is the same run', async () => {
    await using folder = await temporaryFolder('lockstep store');
    const store = join(folder.path, 'lockstep');
    const { dir, annotations, shared } = runPaths(store, child);
    const there = async (): Promise<number> => (await readdir(annotations).catch(() => [])).length;
    assert.equal((await placed(store, childPlan)).how, 'new');
    assert.equal((await placed(store, childPlan, { [note(`children/${child}`, 'A1')]: 'a' })).how, 'updated');
    assert.equal(await there(), 1, dir);
    const other = { ...childPlan, argv: ['python3', 'other.py'] };
    const more = { [note(`children/${child}`, 'A2')]: 'b', [note('record', 'A3')]: 'c' };
    await assert.rejects(placed(store, other, more), RecordProblem);
    assert.equal(await there(), 1);
    assert.deepEqual(await readdir(runPaths(store, id).annotations).catch(() => []), []);
    // As an early version wrote it.
    const text = await readFile(runPaths(store, id).shared);
    await writeFile(shared, text);
    await assert.rejects(placed(store, other, more), RecordProblem);
    assert.equal((await placed(store, childPlan, more)).how, 'updated');
    assert.equal(await there(), 2);
  });
  it('makes no run that is here the child of a stranger’s, and writes nothing then', async () => {
    await using folder = await temporaryFolder('lockstep store');
    for (const [what, here] of [
      ['a run of one’s own', { ...childPlan, parent: undefined }],
      ['the child run of another one', { ...childPlan, parent: '01M8396F2HXXBNE4XH9BVHQ5A0' }],
      ['a run whose plan cannot be read', undefined],
      ['the same child run', childPlan],
    ] as const) {
      const store = join(folder.path, what);
      const { dir, plan: place } = runPaths(store, child);
      await mkdir(dir, { recursive: true });
      const text = here === undefined ? '{' : JSON.stringify(here).replaceAll('/~home', neutral.home);
      await writeFile(place, text);
      if (here === childPlan) assert.equal((await placed(store, childPlan)).how, 'new');
      else {
        await assert.rejects(placed(store, childPlan), /another run with the id of its child run/, what);
        await assert.rejects(stat(runPaths(store, id).dir), what);
      }
      assert.equal(await readFile(place, 'utf8'), text, what);
    }
  });
  it('keeps who said what, and stops where that cannot be read', async () => {
    await using folder = await temporaryFolder('lockstep store');
    const store = join(folder.path, 'lockstep');
    const { dir, brought, annotations } = runPaths(store, id);
    const credited = async (): Promise<string> => {
      const by = await creditsOf(store, { dir, children: [] }, 'bob');
      return by(note('record', 'A1'));
    };
    await placed(store, childPlan);
    assert.equal(await credited(), 'bob');
    await placed(store, childPlan, { [note('record', 'A1')]: 'a' });
    assert.equal(await credited(), 'ana');
    await writeFile(brought, '{"schemaVersion": 1, "statem');
    const unreadable = { code: 'brought-unreadable' };
    await assert.rejects(placed(store, childPlan, { [note('record', 'A2')]: 'b' }), unreadable);
    await assert.rejects(credited(), unreadable);
    assert.equal((await readdir(annotations)).length, 1);
    assert.match(await readFile(brought, 'utf8'), /statem$/);
  });
});
