/** What must not leak out of a reproduction, into it, or be lost with the one who started it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { errorOutputSchema } from '../../../src/cli/output/errorOutput.ts';
import { showOutputSchema } from '../../../src/cli/output/showOutput.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject, cliScript } from '../../helpers/lockstepCli.ts';
import type { CliOptions, CliProject } from '../../helpers/lockstepCli.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { waitFor } from '../../helpers/waitFor.ts';

async function run(project: CliProject, words: readonly string[], options?: CliOptions): Promise<void> {
  const outcome = await project.lockstep(['run', '--', ...words], options);
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
}

async function reproduce(
  project: CliProject,
  words: readonly string[] = ['@1'],
  options?: CliOptions,
): Promise<{ code: number | null; verdict: Verdict }> {
  const { code, document } = await project.json(['reproduce', ...words, '--json'], options);
  return { code, verdict: verdictSchema.parse(document) };
}

async function refused(project: CliProject, code: string, ...words: string[]): Promise<void> {
  const outcome = await project.json(['reproduce', '@1', ...words, '--json']);
  assert.equal(outcome.code, 3, JSON.stringify(outcome.document));
  const { error } = errorOutputSchema.parse(outcome.document);
  assert.equal(error.code, code);
  assert.ok(error.mend !== undefined);
}

async function shown(
  project: CliProject,
  reference: string,
): Promise<ReturnType<typeof showOutputSchema.parse>> {
  return showOutputSchema.parse((await project.json(['show', reference, '--json'])).document);
}

describe('a reproduction', function () {
  this.timeout(180_000);

  it('writes through no link of the code that leads out', async () => {
    await using project = await cliProject({
      'train.py': `
import json, os, shutil
print(json.dumps({'step': 0, 'loss': float(open('data/x.txt').read())}))
shutil.rmtree('out/run')
os.makedirs('out/run/deep')
for path in ['out/run/deep/model.txt', 'last.txt', 'inner/model.txt']:
    open(path, 'w').write('a model')
`,
      'real/kept.txt': 'x',
    });
    const scratch = join(project.root, '..', 'scratch');
    await mkdir(join(scratch, 'out', 'run', 'deep'), { recursive: true });
    await mkdir(join(scratch, 'data'));
    await writeFile(join(scratch, 'data', 'x.txt'), '0.25');
    for (const [name, target] of [
      ['out', join(scratch, 'out')],
      ['last.txt', join(scratch, 'last.txt')],
      ['data', join(scratch, 'data')],
      ['inner', 'real'],
    ] as const)
      await symlink(target, join(project.root, name));
    await project.repository.commit();
    await run(project, ['python3', 'train.py']);
    const precious = ['out/run/mine.txt', 'out/run/deep/model.txt', 'last.txt'];
    for (const path of precious) await writeFile(join(scratch, path), 'precious');
    const before = await repositoryFingerprint(project.root);
    const { verdict } = await reproduce(project);
    // What the original wrote was written over by somebody: its bytes are gone, their hashes are not.
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.deepEqual(
      verdict.outputs.map(({ path }) => path),
      ['inner/model.txt', 'last.txt', 'out/run/deep/model.txt', 'real/model.txt'],
    );
    for (const path of precious) assert.equal(await readFile(join(scratch, path), 'utf8'), 'precious');
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(project.root)), []);
  });

  it('finds data beside the repository and leaves results beside it alone', async () => {
    await using project = await cliProject({
      'train.py': `
import json, sys
data = [float(line) for line in open('../data/x.txt')]
print(json.dumps({'step': 0, 'loss': sum(data) + 0.25}))
open(sys.argv[1], 'w').write(str(sum(data)))
`,
    });
    const beside = join(project.root, '..');
    await mkdir(join(beside, 'data'));
    await mkdir(join(beside, 'results'));
    await writeFile(join(beside, 'data', 'x.txt'), '1\n2\n');
    const result = join(beside, 'results', 'model.txt');
    await run(project, ['python3', 'train.py', result]);
    await writeFile(result, 'precious');
    const { verdict } = await reproduce(project);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.equal(await readFile(result, 'utf8'), 'precious');
    assert.equal(verdict.ingredients.find(one => one.name === 'data')?.status, 'same');
  });

  it('keeps what the training does to git to itself', async () => {
    await using project = await cliProject({
      'train.sh': `
git config user.name training && git config user.email t@example.invalid
git tag "t-$$" && git commit -q --allow-empty -m "by the training" && git branch by-training
echo '{"step": 0, "loss": 0.5}'
`,
    });
    const before = await project.repository.git('for-each-ref');
    // The original itself runs in the workspace: here only its reproduction is of interest.
    await run(project, [
      'sh',
      '-c',
      'echo \'{"step": 0, "loss": 0.5}\'; [ "$MODE" != reproduce ] || sh train.sh >/dev/null',
    ]);
    const hook = join(project.root, '.git', 'hooks', 'post-commit');
    await writeFile(hook, `#!/bin/sh\ntouch "${join(project.root, 'hooked')}"\n`, { mode: 0o755 });
    const config = await readFile(join(project.root, '.git', 'config'), 'utf8');
    const { verdict } = await reproduce(project, ['@1'], { env: { MODE: 'reproduce' } });
    assert.notEqual(verdict.verdict, 'diverged', JSON.stringify(verdict, null, 1));
    assert.equal(await readFile(join(project.root, '.git', 'config'), 'utf8'), config);
    assert.equal(existsSync(join(project.root, 'hooked')), false);
    const after = await project.repository.git('for-each-ref');
    const own = (text: string): string[] => text.split('\n').filter(line => !line.includes('refs/lockstep/'));
    assert.deepEqual(own(after), own(before));
  });

  it('is inconclusive when code of the workspace was loaded, and names the module', async () => {
    await using project = await cliProject({
      '.gitignore': 'place.txt\n',
      'lib/helper.py': 'VALUE = 0.5\n',
      'train.py': `
import json, sys
sys.path.insert(0, open('place.txt').read())
import helper
print(json.dumps({'step': 0, 'loss': helper.VALUE}))
`,
    });
    await writeFile(join(project.root, 'place.txt'), join(project.root, 'lib'));
    await run(project, ['python3', 'train.py']);
    const { code, verdict } = await reproduce(project);
    assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
    assert.equal(code, 3);
    assert.deepEqual(verdict.escapedModules, [
      { module: 'helper', path: join(project.root, 'lib', 'helper.py') },
    ]);
    assert.match(verdict.sentence, /helper/);
  });

  it('asks for a secret that is not recorded, and records it nowhere', async () => {
    await using project = await cliProject({
      'token.py': 'import sys\nprint(len(sys.argv[1]))\n',
    });
    const word = '--token=hf_abcdefghijklmnopqrstuvwxyz0123';
    const { stderr } = await project.lockstep(['run', '--', 'python3', 'token.py', word]);
    assert.match(stderr, /not recorded: --token=<secret>; a reproduction asks for it in LOCKSTEP_SECRET_2\n/);
    await refused(project, 'secret-missing');
    const given = await reproduce(project, ['@1'], {
      env: { LOCKSTEP_SECRET_2: 'hf_abcdefghijklmnopqrstuvwxyz0123' },
    });
    assert.equal(given.code, 3);
    const store = join(project.root, '.git', 'lockstep');
    for (const name of await readdir(store, { recursive: true })) {
      const text = await readFile(join(store, name), 'latin1').catch(() => '');
      assert.ok(!text.includes('hf_abcdefghijklmnop'), name);
    }
  });

  it('makes the environment once more when it is gone, unless the host is asked for', async () => {
    await using project = await cliProject({ '.gitignore': '.venv/\n', 'a.py': 'print("loss: 1")\n' });
    const made = await project.lockstep(['run', '--', 'python3', '-m', 'venv', '--without-pip', '.venv']);
    assert.equal(made.code, 0, made.stderr);
    await run(project, ['.venv/bin/python', 'a.py']);
    await rm(join(project.root, '.venv'), { recursive: true });
    await refused(project, 'interpreter-missing', '--env', 'host');
    const runs = new RunStore(join(project.root, '.git', 'lockstep'));
    const id = await runs.resolve('@1');
    const environmentNow = async (): Promise<string[]> => {
      const { document } = await project.json(['reproduce', id, '--forecast', '--json']);
      const items = forecastSchema.parse(document).items.filter(one => one.ingredient === 'environment');
      return [...new Set(items.map(({ availability, from }) => `${availability}, ${from ?? ''}`))];
    };
    assert.deepEqual(await environmentNow(), ['rebuildable, the captured list of packages']);
    const { stderr } = await project.lockstep(['reproduce', id]);
    assert.match(stderr, /^lockstep: Getting the Python environment of the run ready$/m);
    assert.deepEqual(await environmentNow(), ['here, the cache']);
    const [verdict] = (await runs.read(id)).verdicts;
    assert.ok(verdict);
    assert.match(
      verdict.ingredients.find(one => one.name === 'environment')?.now ?? '',
      /^rebuilt from the captured list/,
    );
  });

  it('goes on without the one who started it, and can be cancelled', async () => {
    await using project = await cliProject({
      'train.py': `
import json, os, time
for step in range(4):
    print(json.dumps({'step': step, 'loss': step + 0.5}), flush=True)
flag = os.environ['FLAG']
while not os.path.exists(flag):
    time.sleep(0.05)
print(json.dumps({'step': 4, 'loss': 4.5}))
`,
    });
    const flag = join(project.repository.home, 'flag');
    await writeFile(flag, '');
    const env = { FLAG: flag };
    await run(project, ['python3', 'train.py'], { env });
    const { id } = await shown(project, '@1');
    await rm(flag);

    const killed = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', cliScript, 'reproduce', id],
      { cwd: project.root, env: { ...project.environment, ...env }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await new Promise<void>(resolve => killed.stderr.once('data', () => resolve()));
    killed.kill('SIGKILL');
    await writeFile(flag, '');
    const verdicts = await waitFor('the verdict', async () => {
      const found = (await shown(project, id)).verdicts;
      return found.length > 0 ? found : undefined;
    });
    assert.equal(verdicts[0]?.verdict, 'identical', JSON.stringify(verdicts, null, 1));

    await rm(flag);
    const detached = await project.lockstep(['reproduce', id, '--detach'], { env });
    const reproduction = detached.stdout.trim();
    await waitFor('the reproduction to reach step 3', async () =>
      (await project.lockstep(['logs', reproduction])).stdout.includes('"step": 3'),
    );
    assert.equal((await project.lockstep(['cancel', reproduction])).code, 0);
    const second = await waitFor('the second verdict', async () => {
      const found = (await shown(project, id)).verdicts;
      return found.length > 1 ? found[1] : undefined;
    });
    assert.equal(second.verdict, 'inconclusive');
    assert.match(second.sentence, /identical through step 3/);
    const checkouts = join(project.repository.home, '.cache', 'lockstep', 'checkouts');
    await waitFor('the checkouts to be gone', async () => (await readdir(checkouts)).length === 0);
  });

  it('works from a linked worktree, and for a reproduction itself', async () => {
    await using project = await cliProject({
      'a.py': 'import json\nprint(json.dumps({"step": 0, "loss": 0.125}))\n',
    });
    await run(project, ['python3', join(project.root, 'a.py')]);
    const other = join(project.root, '..', 'other tree');
    await project.repository.git('worktree', 'add', '-q', '--detach', other);
    const first = await reproduce(project, ['@1'], { cwd: other });
    assert.equal(first.verdict.verdict, 'identical', JSON.stringify(first.verdict, null, 1));
    const again = await reproduce(project, [first.verdict.reproductionId]);
    assert.equal(again.verdict.verdict, 'identical', JSON.stringify(again.verdict, null, 1));
  });
});
