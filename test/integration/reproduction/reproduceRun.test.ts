/** Reproductions of real programs in real repositories, through the command line that is shipped. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { showOutputSchema } from '../../../src/cli/output/showOutput.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliOptions, CliProject } from '../../helpers/lockstepCli.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const trainer = `
import argparse, json, random
parser = argparse.ArgumentParser()
parser.add_argument('--data')
parser.add_argument('--seed', type=int)
parser.add_argument('--out', default='model.json')
parser.add_argument('--epochs', type=int, default=4)
args = parser.parse_args()
random.seed(args.seed)
numbers = [float(line) for line in open(args.data)] if args.data else [1.0, 2.0]
weight = random.random()
for epoch in range(args.epochs):
    weight += 0.1 * (sum(numbers) / len(numbers) - weight) + 0.01 * random.random()
    print(json.dumps({'step': epoch, 'loss': abs(weight)}))
json.dump({'weight': weight}, open(args.out, 'w'))
`;

async function reproduce(
  project: CliProject,
  words: readonly string[] = ['@1'],
  options?: CliOptions,
): Promise<{ code: number | null; verdict: Verdict }> {
  const { code, document } = await project.json(['reproduce', ...words, '--json'], options);
  return { code, verdict: verdictSchema.parse(document) };
}

/** Everything that belongs to the user: refs, index, configuration, every file's bytes. The store is Lockstep's own. */
async function fingerprint({ repository, root }: CliProject): Promise<string> {
  const hash = createHash('sha256');
  for (const args of [
    ['status', '--porcelain=v1', '--ignored'],
    ['branch', '--list'],
    ['stash', 'list'],
    ['tag'],
  ])
    hash.update(await repository.git(...args));
  for (const name of ['HEAD', 'index', 'config', 'logs/HEAD'])
    hash.update(await readFile(join(root, '.git', name)).catch(() => 'none'));
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries.sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.startsWith(join(root, '.git'))) continue;
    hash.update(path).update(await readFile(path));
  }
  return hash.digest('hex');
}

async function expectRun(project: CliProject, words: readonly string[], options?: CliOptions): Promise<void> {
  const outcome = await project.lockstep(['run', ...words], options);
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
}

describe('lockstep reproduce', function () {
  this.timeout(180_000);

  it('finds a deterministic program identical and touches nothing of the workspace', async () => {
    await using project = await cliProject({ 'train.py': trainer, '.gitignore': 'model.json\n' });
    await expectRun(project, ['--', 'python3', 'train.py', '--seed', '7']);
    await project.repository.write({ 'train.py': 'raise SystemExit("edited later")\n', 'notes.txt': 'mine' });
    const before = await fingerprint(project);
    const { code, verdict } = await reproduce(project);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.equal(code, 0);
    assert.equal(verdict.cause, null);
    assert.deepEqual(
      verdict.metrics.map(metric => [metric.key, metric.verdict, metric.comparedPoints]),
      [['loss', 'identical', 4]],
    );
    assert.deepEqual(
      verdict.outputs.map(output => [output.path, output.verdict]),
      [['model.json', 'identical']],
    );
    assert.equal(await fingerprint(project), before);
    const cache = join(project.repository.home, '.cache', 'lockstep', 'checkouts');
    // The verdict comes first.
    await waitFor('the checkout to go', async () => (await readdir(cache)).length === 0);
    const shown = await project.json(['show', '@2', '--json']);
    assert.equal((shown.document as { verdicts: unknown[] }).verdicts.length, 1);
  });

  it('tells a program without a seed as diverged, with exit code 1', async () => {
    await using project = await cliProject({ 'train.py': trainer, '.gitignore': 'model.json\n' });
    await expectRun(project, ['--', 'python3', 'train.py']);
    const { code, verdict } = await reproduce(project);
    assert.equal(verdict.verdict, 'diverged');
    assert.equal(code, 1);
    assert.equal(verdict.metrics[0]?.firstDifferingStep, 0);
    assert.match(
      verdict.cause ?? '',
      /no seed is known: the numbers of random\.seed at random \(train\.py:\d+\) are others each time\./,
    );
  });

  it('names changed data as the cause, and stops when data is gone', async () => {
    await using project = await cliProject({ 'train.py': trainer, '.gitignore': 'data/\nmodel.json\n' });
    await project.repository.write({ 'data/x.txt': '1\n2\n3\n' });
    await expectRun(project, ['--', 'python3', 'train.py', '--seed', '7', '--data', 'data/x.txt']);
    const same = await reproduce(project);
    assert.equal(same.verdict.verdict, 'identical', JSON.stringify(same.verdict, null, 1));

    await project.repository.write({ 'data/x.txt': '1\n2\n4\n' });
    const changed = await reproduce(project, ['@2']);
    assert.equal(changed.verdict.verdict, 'diverged');
    assert.match(changed.verdict.cause ?? '', /data \(data\/x\.txt/);

    const { stdout: listed } = await project.lockstep(['runs']);
    // Reproductions say of which run they are, and have their own verdict in their row.
    assert.equal(listed.match(/\(reproduces [0-9A-Z]{6}\).*(identical|diverged)$/gm)?.length, 2, listed);
    await project.repository.git('clean', '-ffdxq');
    const gone = await project.lockstep(['reproduce', '@3']);
    assert.equal(gone.code, 3, gone.stderr);
    assert.match(gone.stderr, /data\/x\.txt/);
    assert.match(gone.stderr, /Put the files back/);
    // What was refused is no run: @1 is still what it was.
    assert.equal((await project.lockstep(['runs'])).stdout, listed);
  });

  it('calls the same failure identical', async () => {
    await using project = await cliProject({
      'train.py': `import json\nfor step in range(3):\n    print(json.dumps({'step': step, 'loss': 1.5}))\nraise ValueError('loss is nan')\n`,
    });
    const run = await project.lockstep(['run', '--', 'python3', 'train.py']);
    assert.equal(run.code, 1);
    const { code, verdict } = await reproduce(project);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.match(verdict.sentence, /the same failure/);
    assert.equal(code, 0);
  });

  it('says inconclusive when there is nothing to compare', async () => {
    await using project = await cliProject({
      'train.py': `for i in range(5): print(f'Epoch {i}/5 - loss: {i / 4:.4f} - accuracy: {i / 8:.4f}')\n`,
    });
    await expectRun(project, ['--', 'true']);
    const { code, verdict } = await reproduce(project);
    assert.equal(verdict.verdict, 'inconclusive');
    assert.equal(code, 3);
    await expectRun(project, ['--', 'python3', 'train.py']);
    const unread = await reproduce(project);
    assert.equal(unread.verdict.verdict, 'inconclusive');
    assert.match(unread.verdict.cause ?? '', /look like metrics \(loss, accuracy\).*metricLines: true/);
  });

  it('runs an ordinary project: .venv and data ignored, absolute paths, PYTHONPATH, an editable install', async () => {
    await using project = await cliProject({
      '.gitignore': '.venv/\ndata/\nout/\n*.egg-info/\n__pycache__/\n',
      'pyproject.toml':
        '[project]\nname = "mylib"\nversion = "1.0"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools.packages.find]\nwhere = ["lib"]\n',
      'lib/mylib/__init__.py': 'SCALE = 2.0\n',
      'src/helper.py': 'def shrink(x):\n    return x * 0.5\n',
      'train.py': `
import json, sys
from helper import shrink
from mylib import SCALE
data = [float(line) for line in open(sys.argv[1])]
value = sum(data) * SCALE
for step in range(3):
    value = shrink(value)
    print(json.dumps({'step': step, 'loss': value}))
open(sys.argv[2].split('=', 1)[1], 'w').write(str(value))
`,
    });
    const { root, environment } = project;
    await makeEnvironment(root, environment);
    await mkdir(join(root, 'out'));
    await project.repository.write({ 'data/x.txt': '1\n2\n' });
    const env = { PYTHONPATH: 'src' };
    await expectRun(
      project,
      [
        '--',
        '.venv/bin/python',
        join(root, 'train.py'),
        join(root, 'data', 'x.txt'),
        `--out=${join(root, 'out', 'm.txt')}`,
      ],
      { env },
    );
    // What an isolated reproduction must not see.
    await writeFile(join(root, 'lib', 'mylib', '__init__.py'), 'SCALE = 99.0\n');
    await writeFile(join(root, 'src', 'helper.py'), 'def shrink(x):\n    return -1.0\n');
    const before = await fingerprint(project);
    const { verdict } = await reproduce(project, ['@1'], { env });
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.deepEqual(verdict.escapedModules, []);
    assert.deepEqual(
      verdict.ingredients.filter(one => one.status !== 'same').map(one => one.name),
      ['parameters', 'determinism'],
    );
    assert.equal(await fingerprint(project), before);
  });

  it('refuses a run without recorded code, and names what would help', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    const outside = join(project.repository.home, 'plain folder');
    await mkdir(outside);
    assert.equal((await project.lockstep(['run', '--', 'true'], { cwd: outside })).code, 0);
    const outcome = await project.lockstep(['reproduce', '@1', '--json'], { cwd: outside });
    assert.equal(outcome.code, 3);
    assert.equal((JSON.parse(outcome.stdout) as { error: { code: string } }).error.code, 'code-unknown');
    assert.match(outcome.stderr, /git init/);
  });

  it('stops at the step that was asked for, and does not call that cancelled', async () => {
    await using project = await cliProject({
      'train.py': `
import json, os, time
for step in range(6):
    print(json.dumps({'step': step, 'loss': step / 2}))
if 'checkouts' in os.getcwd():
    time.sleep(120)
`,
      'axes.py': `
import json, os, sys, time
last = int(sys.argv[1]) if 'checkouts' in os.getcwd() else -1
if last == -2:
    time.sleep(120)
def log(**fields):
    print(json.dumps({**fields, 'time': time.time()}), flush=True)
    time.sleep(0.01)
for epoch in range(3):
    for step in range(5 * epoch, 5 * epoch + 5):
        log(step=step, loss=step / 2)
        if step == last:
            time.sleep(120)
    log(epoch=epoch, score=epoch / 2)
open('end.txt', 'w').write('end')
`,
    });
    for (const [last, words, compared, through] of [
      ['3', ['--for', '5s'], [4, 0], 3],
      ['9', ['--steps', '8'], [9, 1], 8],
    ] as const) {
      await expectRun(project, ['--', 'python3', 'axes.py', last]);
      const { verdict } = await reproduce(project, ['@1', ...words]);
      assert.deepEqual(
        [verdict.verdict, verdict.metrics.map(metric => metric.comparedPoints)],
        ['identical', compared],
        JSON.stringify(verdict, null, 1),
      );
      assert.match(verdict.sentence, new RegExp(`^Identical through step ${through}: `));
      if (compared[1] === 0)
        assert.match(
          verdict.metrics[1]?.sentence ?? '',
          /^Not reached: the part that both runs have ends before/,
        );
    }
    // A time that is over at once counts from the start of the program, and is no cancellation either.
    await expectRun(project, ['--', 'python3', 'axes.py', '-2']);
    const short = await reproduce(project, ['@1', '--for', '1ms']);
    assert.deepEqual([short.verdict.verdict, short.code], ['inconclusive', 3]);
    // What ends by itself before it is stopped is judged as a whole, with what it writes after its last step.
    await expectRun(project, ['--', 'python3', 'axes.py', '-1']);
    for (const words of [
      ['--for', '10m'],
      ['--steps', '14'],
    ]) {
      const whole = await reproduce(project, ['@1', ...words]);
      assert.equal(whole.verdict.verdict, 'identical', whole.verdict.sentence);
      assert.match(whole.verdict.sentence, /^Identical: all 18 metric points and 1 output/);
    }
    await expectRun(project, ['--', 'python3', 'train.py']);
    const { code, verdict } = await reproduce(project, ['@1', '--steps', '3']);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.equal(verdict.metrics[0]?.comparedPoints, 4);
    assert.equal(code, 0);
    const { document } = await project.json(['show', '@1', '--json']);
    const { state, result } = showOutputSchema.parse(document);
    assert.deepEqual(
      { state, reached: result?.reached },
      { state: 'cancelled', reached: { throughStep: 3 } },
    );
    for (const words of [['runs'], ['show', '@1']]) {
      const { stdout } = await project.lockstep(words);
      assert.match(stdout, /reached step 3/);
      assert.doesNotMatch(stdout, /cancelled|SIGTERM/);
    }
  });
});

/** A virtual environment with an editable install as setuptools makes it, without the network. */
async function makeEnvironment(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const made = await runCommand({
    program: 'python3',
    args: ['-m', 'venv', '--without-pip', '.venv'],
    cwd: root,
    env,
  });
  assert.equal(made.exitCode, 0, made.stderr);
  const library = join(root, '.venv', 'lib');
  const [python = ''] = await readdir(library);
  const site = join(library, python, 'site-packages');
  const info = join(site, 'mylib-1.0.dist-info');
  await mkdir(info, { recursive: true });
  await writeFile(join(site, '__editable__.mylib-1.0.pth'), `${join(root, 'lib')}\n`);
  await writeFile(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: mylib\nVersion: 1.0\n');
  await writeFile(join(info, 'RECORD'), '__editable__.mylib-1.0.pth,,\n');
  await writeFile(
    join(info, 'direct_url.json'),
    JSON.stringify({ url: `file://${root}`, dir_info: { editable: true } }),
  );
}
