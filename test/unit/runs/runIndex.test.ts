import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { hostIdentity, identifyProcess } from '../../../src/base/processIdentity.ts';
import { summaryToText } from '../../../src/runs/summaryText.ts';
import { runIndexPath } from '../../../src/runs/runIndexFormat.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import type { RunSummary } from '../../../src/runs/runSummary.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { verdictOf, writeRun, writeVerdict } from './recordFixtures.ts';

const enoughToIndex = 80;

describe('run index', () => {
  let folder: TemporaryFolder;
  let store: string;
  let ids: string[];
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = folder.path;
    ids = Array.from({ length: enoughToIndex }, () => writeRun(store).id);
    for (const id of ids) settle(id);
  });
  afterEach(() => folder.remove());

  /** Puts the folders' times back, as if the run had ended an hour ago. */
  function settle(id: string): void {
    const { dir, annotations, verdicts } = runPaths(store, id);
    const hourAgo = Date.now() / 1000 - 3600;
    for (const path of [annotations, verdicts, dir]) if (existsSync(path)) utimesSync(path, hourAgo, hourAgo);
  }

  const list = (): Promise<RunSummary[]> => new RunStore(store).list();
  /** What any listing must say: read without an index, every run one by one. */
  async function truth(): Promise<RunSummary[]> {
    const runs = new RunStore(store);
    const all = readdirSync(join(store, 'runs')).flatMap(shard => readdirSync(join(store, 'runs', shard)));
    return Promise.all(
      all
        .sort()
        .reverse()
        .map(id => runs.summary(id)),
    );
  }
  /** A change that no folder's time shows: who still tells the old name has not opened the file. */
  function changeUnseen(id: string): void {
    const { plan } = runPaths(store, id);
    const changed = readFileSync(plan, 'utf8').replace('"train.py"', '"other.py"');
    writeFileSync(plan, changed);
  }

  it('saves the reading of settled runs, and gives the same summaries', async () => {
    const first = await list();
    assert.deepEqual(first, await truth());
    assert.ok(existsSync(runIndexPath(store)));
    for (const id of ids) changeUnseen(id);
    assert.deepEqual(await list(), first);
    assert.deepEqual(await new RunStore(store).list({ limit: 3 }), first.slice(0, 3));
  });

  it('gives a page without archived runs, the same from the records and from the index', async () => {
    const sorted = ids.toSorted();
    const hidden = [sorted.at(-1) ?? '', sorted.at(-3) ?? ''];
    for (const id of hidden) {
      await new RunStore(store).annotate(id, { archived: true });
      settle(id);
    }
    const shown = sorted.filter(id => !hidden.includes(id)).reverse();
    for (const round of ['records', 'index']) {
      const { runs, stored } = await new RunStore(store).page({ archived: false, limit: 4 });
      assert.deepEqual([runs.map(({ id }) => id), stored], [shown.slice(0, 4), ids.length], round);
      const whole = await new RunStore(store).page({ archived: false });
      assert.deepEqual(
        whole.runs.map(({ id }) => id),
        shown,
        round,
      );
      assert.ok(existsSync(runIndexPath(store)));
    }
  });

  it('gives texts that say the same as the summaries', async () => {
    const metric = { last: 'NaN', lastStep: 3, min: '-Infinity', max: 'Infinity', count: 4 } as never;
    const { id } = writeRun(store, { result: { metrics: { 'é\n🙂': metric } } });
    settle(id);
    const expected = (await truth()).map(summary => summaryToText(summary).text);
    for (const round of ['records', 'index']) {
      const { runs } = await new RunStore(store).listTexts();
      assert.deepEqual(runs.map(String), expected, round);
    }
    assert.match(expected.join('\n'), /"NaN".*"-Infinity"/);
  });

  it('remembers a lost run whose processes are gone for good, and no other lost run', async () => {
    const here = await hostIdentity();
    const dead = await deadProcess();
    const living = await identifyProcess(process.pid);
    const record = { schemaVersion: 1, ...here, supervisor: dead, startedAt: new Date().toISOString() };
    const lost = (process: object): string => {
      const { id } = writeRun(store, { result: null, process });
      settle(id);
      return id;
    };
    const gone = lost({ ...record, child: dead });
    const goesOn = lost({ ...record, child: living });
    const elsewhere = lost({ ...record, bootId: 'another', child: dead });
    const before = await list();
    for (const id of [gone, goesOn, elsewhere]) changeUnseen(id);
    const told = new Map((await list()).map(run => [run.id, run]));
    assert.deepEqual(
      [gone, goesOn, elsewhere].map(id => [
        told.get(id)?.state,
        told.get(id)?.stillRunning,
        told.get(id)?.argv[1],
      ]),
      [
        ['lost', false, 'train.py'],
        ['lost', true, 'other.py'],
        ['lost', false, 'other.py'],
      ],
    );
    assert.deepEqual(
      told.get(gone),
      before.find(run => run.id === gone),
    );
  });

  it('keeps NaN, infinities, minus zero and hostile keys', async () => {
    const metric = { last: 'NaN', lastStep: 3, min: '-Infinity', max: -0, count: 4 } as never;
    const { id } = writeRun(store, { result: { metrics: { 'a"\n,🙂': metric } } });
    settle(id);
    const first = await list();
    changeUnseen(id);
    assert.deepEqual(await list(), first);
    assert.equal(first.find(run => run.id === id)?.metrics['a"\n,🙂']?.min, Number.NEGATIVE_INFINITY);
  });

  it('is not believed for folders that changed just before they were read', async () => {
    await list();
    const { id } = writeRun(store);
    await list();
    changeUnseen(id);
    assert.equal((await list()).find(run => run.id === id)?.argv[1], 'other.py');
  });

  it('tells the truth after any acts of others and any damage to itself', async () => {
    const some = fc.nat(enoughToIndex - 1);
    const act = fc.oneof(
      fc.record({ kind: fc.constant('annotate' as const), which: some, name: fc.string() }),
      fc.record({ kind: fc.constant('verdict' as const), which: some }),
      fc.record({ kind: fc.constant('remove' as const), which: some }),
      fc.record({ kind: fc.constant('restore' as const), which: some }),
      fc.record({ kind: fc.constant('add' as const) }),
      fc.record({ kind: fc.constant('settle' as const) }),
      fc.record({ kind: fc.constant('tear' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('flip' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('delete' as const) }),
      fc.record({ kind: fc.constant('newer' as const) }),
    );
    const longLived = new RunStore(store);
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 8 }), async acts => {
        const other = new RunStore(store);
        for (const step of acts) {
          const id = ids['which' in step ? step.which : 0] ?? '';
          const index = runIndexPath(store);
          const size = existsSync(index) ? readFileSync(index).length : 0;
          if (step.kind === 'annotate') await other.annotate(id, { name: step.name }).catch(ignoreMissing);
          else if (step.kind === 'verdict') {
            if (existsSync(runPaths(store, id).dir)) writeVerdict(store, verdictOf(id, ulid()));
          } else if (step.kind === 'remove') await other.remove([id]).catch(ignoreMissing);
          else if (step.kind === 'restore') await other.restore([id]).catch(ignoreMissing);
          else if (step.kind === 'add') writeRun(store);
          else if (step.kind === 'settle') {
            for (const one of ids) if (existsSync(runPaths(store, one).dir)) settle(one);
            await list();
          } else if (step.kind === 'delete') rmSync(index, { force: true });
          else if (size > 0 && step.kind === 'tear') truncateSync(index, Math.floor(step.at * size));
          else if (size > 0 && step.kind === 'flip') {
            const bytes = readFileSync(index);
            const at = Math.min(size - 1, Math.floor(step.at * size));
            bytes[at] = (bytes[at] ?? 0) ^ 4;
            writeFileSync(index, bytes);
          } else if (step.kind === 'newer') {
            mkdirSync(dirname(index), { recursive: true });
            writeFileSync(index, 'lockstep-index 3 00000000\nsomething else\n');
          }
        }
        const expected = await truth();
        assert.deepEqual(await list(), expected);
        assert.deepEqual(await longLived.list(), expected);
      }),
      { numRuns: 25 },
    );
  }).timeout(120_000);

  it('is only a saving: a store that cannot be written is listed all the same', async () => {
    writeFileSync(join(store, 'index'), 'a file where the folder should be');
    assert.equal((await list()).length, enoughToIndex);
  });

  it('gives the event loop its turn while it lists', async () => {
    let turns = 0;
    let going = true;
    const count = (): void => {
      turns++;
      if (going) setImmediate(count);
    };
    setImmediate(count);
    for (let i = 0; i < 400; i++) ids.push(writeRun(store).id);
    const before = turns;
    await list();
    going = false;
    assert.ok(turns > before, 'no other turn came up');
  });

  it('stops when asked to', async () => {
    await assert.rejects(
      new RunStore(store).list({ signal: AbortSignal.abort(new Error('enough')) }),
      /enough/,
    );
  });
});

describe('removing runs', () => {
  let folder: TemporaryFolder;
  let runs: RunStore;
  beforeEach(async () => {
    folder = await temporaryFolder();
    runs = new RunStore(folder.path);
  });
  afterEach(() => folder.remove());

  it('can be undone, any number of times', async () => {
    const kept = writeRun(folder.path).id;
    const gone = [writeRun(folder.path).id, writeRun(folder.path).id];
    for (let round = 0; round < 3; round++) {
      await runs.remove(gone);
      assert.deepEqual(
        (await runs.list()).map(({ id }) => id),
        [kept],
      );
      await assert.rejects(runs.summary(gone[0] ?? ''), { code: 'run-not-found' });
      await assert.rejects(runs.annotate(gone[0] ?? '', { star: true }), { code: 'run-not-found' });
      await runs.restore(gone);
      assert.equal((await runs.list()).length, 3);
    }
    await assert.rejects(runs.restore([kept]), { code: 'run-not-in-trash' });
  });

  it('is refused for a run that goes on, and then nothing is removed', async () => {
    const ended = writeRun(folder.path).id;
    const preparing = writeRun(folder.path, { result: null }).id;
    await assert.rejects(runs.remove([ended, preparing]), { code: 'run-is-live' });
    assert.equal((await runs.list()).length, 2);
  });

  it('becomes final after 30 days', async () => {
    const { emptyTrash, listTrash } = await import('../../../src/runs/trash.ts');
    const { id } = writeRun(folder.path);
    await runs.remove([id]);
    await emptyTrash(folder.path, Date.now() + 29 * 86_400_000);
    assert.deepEqual(
      (await listTrash(folder.path)).map(entry => entry.id),
      [id],
    );
    await emptyTrash(folder.path, Date.now() + 31 * 86_400_000);
    assert.deepEqual(readdirSync(join(folder.path, 'trash')), []);
    await assert.rejects(runs.restore([id]), { code: 'run-not-in-trash' });
  });
});

/** A process that has been, of this host and boot. */
async function deadProcess(): Promise<object> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  const identity = { pid: child.pid, startTime: '1' };
  await once(child, 'exit');
  return identity;
}

/** Acts on a run that another act has removed. */
function ignoreMissing(error: unknown): void {
  assert.match((error as { code?: string }).code ?? '', /^run-not-/);
}
