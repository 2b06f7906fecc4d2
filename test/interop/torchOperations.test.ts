/**
 * Operations that the real PyTorch records, and what is said of the first that differs. Only with `npm run soak`, which
 * installs gigabytes for it; what a program sees of the recorder is tried in test/integration/capture.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOperations } from '../../src/reproduction/cause/operations/parseOperations.ts';
import type { Recording } from '../../src/reproduction/cause/operations/parseOperations.ts';
import { runPaths } from '../../src/runs/runPaths.ts';
import { verdictSchema } from '../../src/runs/verdict.ts';
import type { DifferingOperation, Verdict } from '../../src/runs/verdict.ts';
import { cliProject } from '../helpers/lockstepCli.ts';
import type { CliProject } from '../helpers/lockstepCli.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { storeOf } from '../helpers/reproducedRuns.ts';
import { soak } from '../helpers/soak.ts';
import { torchTraining } from '../helpers/torchTraining.ts';

const settings = { seed: 7, gelu: 'none', threads: 1, noise: false };

/** What is changed after the original ran, and the first operation that then computes something else. */
const changes: readonly (readonly [
  what: string,
  change: Partial<typeof settings>,
  first: Partial<DifferingOperation>,
])[] = [
  ['another seed', { seed: 8 }, { name: 'aten::normal_', file: 'model.py', afterSteps: 0 }],
  ['another operation', { gelu: 'tanh' }, { name: 'aten::gelu', file: 'model.py', afterSteps: 0 }],
  ['other threads', { threads: 2 }, { name: 'aten::sum', file: 'train.py', afterSteps: 0 }],
  [
    'a random number from step 3 on',
    { noise: true },
    { name: 'aten::rand.generator', file: 'train.py', afterSteps: 3 },
  ],
];

if (soak)
  describe('operations of the real PyTorch', function () {
    this.timeout(600_000);
    let project: CliProject;
    let python: string;
    before(async function () {
      ({ python } = peerOrSkip(this, 'torch'));
      project = await cliProject({ ...torchTraining.files, '.gitignore': 'settings.json\n' });
      await writeSettings({});
      const { code, stderr } = await run('base', [python, 'train.py']);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /Recording what \d{3,} operations computed took \d+(\.\d)? s of \d+(\.\d)? s\./);
    });
    after(() => project[Symbol.asyncDispose]());

    const writeSettings = (change: Partial<typeof settings>): Promise<void> =>
      writeFile(join(project.root, 'settings.json'), JSON.stringify({ ...settings, ...change }));
    const run = (name: string, words: readonly string[]) =>
      project.lockstep(['run', '--name', name, '--record-operations', '--', ...words]);
    async function recordingOf(name: string): Promise<Recording> {
      const runs = storeOf(project);
      const { operations } = runPaths(runs.store, await runs.resolve(name));
      return parseOperations(await readFile(operations, 'utf8'));
    }
    async function reproduce(name: string): Promise<Verdict> {
      const { document } = await project.json(['reproduce', name, '--record-operations', '--json']);
      const verdict = verdictSchema.safeParse(document);
      assert.ok(verdict.success, JSON.stringify(document));
      return verdict.data;
    }

    it('have the lines of the program, named relative to the repository', async () => {
      const { operations, problems } = await recordingOf('base');
      assert.deepEqual(problems, []);
      const files = [...new Set(operations.map(({ file }) => file))].sort();
      assert.deepEqual(files, ['model.py', 'train.py']);
      assert.ok(operations.every(({ line = 0 }) => line > 0));
      assert.equal(operations.at(-1)?.steps, torchTraining.steps);
    });

    it('are the same in a reproduction of a deterministic training', async () => {
      await writeSettings({});
      const { verdict, operation, sentence } = await reproduce('base');
      assert.deepEqual([verdict, operation], ['identical', undefined], sentence);
    });

    for (const [what, change, first] of changes)
      it(`name the first that differs after ${what}`, async () => {
        await writeSettings(change);
        const { verdict, operation, cause, sentence } = await reproduce('base');
        // How far that goes is another question: some change the last bits only.
        assert.notEqual(verdict, 'identical', sentence);
        assert.deepEqual({ ...operation, ...first }, operation, cause ?? '');
        const source = torchTraining.files[operation?.file ?? ''] ?? '';
        const line = source.split('\n')[(operation?.line ?? 0) - 1] ?? '';
        assert.match(line, torchTraining.lineOf(operation?.name ?? ''), cause ?? '');
        assert.match(cause ?? '', /The first operation that computes something else is aten::[\w.]+ /);
      });

    it('say of a program without PyTorch, or with none that can, that there are none', async () => {
      const { code, stderr } = await run('without', [python, '-c', 'print(1)']);
      assert.equal(code, 0);
      assert.match(
        stderr,
        /No operations were recorded: no Python program .* computed anything with PyTorch/,
      );
      const only = await run('only imported', [python, '-c', 'import torch']);
      assert.match(only.stderr, /No operations were recorded/);
    });

    it('leave what other libraries of PyTorch see as it is', async () => {
      const { code, stderr, stdout } = await run('shapes', [python, 'shapes.py']);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^\[.*\]\n$/);
      assert.deepEqual((await recordingOf('shapes')).problems, []);
    });
  });
