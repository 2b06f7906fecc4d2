/** Processes list, annotate and remove runs of one store at once; afterwards all tell the same truth. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { RunIndex } from '../../../src/runs/runIndex.ts';
import { runIndexPath } from '../../../src/runs/runIndexFormat.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { often } from '../../helpers/soak.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeRun } from '../../unit/runs/recordFixtures.ts';

const storeModule = join(import.meta.dirname, '../../../src/runs/runStore.ts');
const processes = often(8, 20);
const runCount = 100;

/** Each process annotates every run, lists often, removes one run of its own and puts it back. */
const work = `
import { RunStore } from ${JSON.stringify(storeModule)};
const [store, number, ...ids] = process.argv.slice(1);
const own = ids[Number(number)];
for (const [index, id] of ids.entries()) {
  if (index % 25 === 0) await new RunStore(store).list();
  try { await new RunStore(store).annotate(id, { addTags: ['by ' + number] }); }
  catch (error) { if (error.code !== 'run-not-found') throw error; process.stdout.write(id + '\\n'); }
  if (index === 70) await new RunStore(store).remove([own]);
  if (index === 90) await new RunStore(store).restore([own]);
}
`;

describe('a store used by many processes at once', () => {
  it('loses no annotation, and no index ever tells anything but the truth', async () => {
    await using folder = await temporaryFolder();
    const store = folder.path;
    const ids = Array.from({ length: runCount }, () => writeRun(store).id);
    const settle = (): void => {
      const hourAgo = Date.now() / 1000 - 3600;
      for (const id of ids) {
        const { dir, annotations } = runPaths(store, id);
        if (existsSync(annotations)) utimesSync(annotations, hourAgo, hourAgo);
        utimesSync(dir, hourAgo, hourAgo);
      }
    };
    settle();
    const outcomes = await Promise.all(
      Array.from({ length: processes }, (_, number) =>
        runCommand({
          program: process.execPath,
          // Told, not listed: a process that starts late would not see what another one has just removed.
          args: ['--input-type=module', '-e', work, store, String(number), ...ids.toSorted()],
          env: scrubbedEnvironment(folder.path),
        }),
      ),
    );
    assert.deepEqual(
      outcomes.filter(({ exitCode }) => exitCode !== 0).map(({ stderr }) => stderr),
      [],
    );
    const refused = outcomes.map(({ stdout }) => new Set(stdout.toString('utf8').split('\n')));
    const expected = (id: string): string[] =>
      Array.from({ length: processes }, (_, number) => number)
        .filter(number => refused[number]?.has(id) !== true)
        .map(number => `by ${number}`)
        .sort();
    for (const round of ['as it stands', 'through an index', 'through it again']) {
      const runs = await new RunStore(store).list();
      assert.equal(runs.length, runCount, round);
      for (const run of runs) assert.deepEqual([...run.tags].sort(), expected(run.id), `${run.id} ${round}`);
      if (round === 'as it stands') settle();
    }
    assert.ok(RunIndex.load(store) !== undefined, 'the index left behind is whole');
    assert.deepEqual(
      readdirSync(join(runIndexPath(store), '..')).filter(name => name.endsWith('.tmp')),
      [],
    );
  }).timeout(300_000);
});
