/**
 * Many runs started at the same moment by processes of their own, a hundred in `npm run soak`: every one is accounted
 * for, exactly once.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { followRun } from '../../src/execution/followRun.ts';
import { readBlob } from '../../src/git/compareTrees.ts';
import { knownValue } from '../../src/runs/known.ts';
import { planSchema } from '../../src/runs/plan.ts';
import { runPaths } from '../../src/runs/runPaths.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { gitRepository } from '../helpers/gitRepository.ts';
import { often } from '../helpers/soak.ts';
import { commandLine } from '../helpers/testRuns.ts';

const count = often(24, 100);

describe(`${count} launches at once`, () => {
  it('leaves as many finished runs, with ids of their own and one intact snapshot', async () => {
    await using repository = await gitRepository({
      'train.py': 'import sys\nprint(\'{"step": 1, "number": %s}\' % sys.argv[1])\n',
    });
    await repository.write({ 'untracked.txt': 'part of the snapshot' });
    const store = join(repository.root, '.git', 'lockstep');
    const launchers = Array.from({ length: count }, (_, index) => {
      const words = ['run', '--detach', '--', 'python3', 'train.py', String(index)];
      const child = spawn(process.execPath, [commandLine, ...words], {
        cwd: repository.root,
        env: repository.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      return once(child, 'close').then(() => output.trim());
    });
    const ids = await Promise.all(launchers);
    assert.equal(new Set(ids).size, count);

    const ends = await Promise.all(ids.map(id => followRun(runPaths(store, id))));
    assert.deepEqual([...new Set(ends.map(end => end.state))], ['finished']);
    const numbers = ends.map(end => end.result?.metrics['number']?.last ?? -1).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: count }, (_, index) => index),
    );
    assert.deepEqual([...new Set(ends.flatMap(end => end.result?.warnings ?? []))], []);

    const summaries = await new RunStore(store).list();
    assert.deepEqual(new Set(summaries.map(summary => summary.id)), new Set(ids));
    const plans = await Promise.all(
      ids.map(async id => planSchema.parse(JSON.parse(await readFile(runPaths(store, id).plan, 'utf8')))),
    );
    assert.deepEqual([...new Set(plans.map(plan => plan.code.known))], ['captured']);
    const trees = new Set(plans.map(plan => knownValue(plan.code)?.tree ?? ''));
    assert.equal(trees.size, 1);
    const [tree = ''] = trees;
    await repository.git('gc', '--quiet', '--prune=now');
    await rm(join(repository.root, 'untracked.txt'));
    const held = async (path: string): Promise<string> =>
      (await readBlob({ root: repository.root, tree, path })).toString();
    assert.equal(await held('untracked.txt'), 'part of the snapshot');
    assert.match(await held('train.py'), /number/);
  });
});
