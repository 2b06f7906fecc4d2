/** What a reproduction needs and does not find where it was: code, large files, checkpoints; and what leads back. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdir, open, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { errorOutputSchema } from '../../../src/cli/output/errorOutput.ts';
import { findEscapes, findMoved } from '../../../src/reproduction/restore/findEscapes.ts';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliOptions, CliProject } from '../../helpers/lockstepCli.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { reproduce, startReproduction, storeOf } from '../../helpers/reproducedRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

async function run(project: CliProject, words: readonly string[], options?: CliOptions): Promise<string> {
  const outcome = await project.lockstep(['run', ...words], options);
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  return storeOf(project).resolve('@1');
}

const printer = `import json\nprint(json.dumps({'step': 0, 'loss': 0.5}))\n`;

describe('a reproduction restores', function () {
  this.timeout(180_000);

  it('the branch and the identity that a program writes into what it makes', async () => {
    await using project = await cliProject({
      '.gitignore': 'meta.json\n',
      'train.py': `
import json, subprocess
def git(*words):
    return subprocess.check_output(('git',) + words).decode().strip()
meta = [git('rev-parse', '--abbrev-ref', 'HEAD'), git('branch', '--show-current'), git('config', 'user.email')]
json.dump(meta, open('meta.json', 'w'))
print(json.dumps({'step': 0, 'loss': 0.5}))
`,
    });
    const { repository, root } = project;
    await repository.git('checkout', '-q', '-b', 'feature/x');
    await repository.git('config', 'user.email', 'here@example.invalid');
    const id = await run(project, ['--', 'python3', 'train.py']);
    assert.match(await readFile(join(root, 'meta.json'), 'utf8'), /"feature\/x", "feature\/x", "here@/);
    await repository.git('checkout', '-q', 'main');
    const before = await repositoryFingerprint(root);
    const verdict = verdictSchema.parse((await project.json(['reproduce', id, '--json'])).document);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict.outputs));
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);
  });

  it('code that is not here by the id of its commit, also where no branch has it any more', async () => {
    await using project = await cliProject({ 'train.py': printer });
    const { repository, root } = project;
    const remote = join(repository.home, 'remote.git');
    await repository.git('clone', '-q', '--bare', root, remote);
    await repository.git('remote', 'add', 'origin', remote);
    await repository.git('checkout', '-q', '-b', 'feature');
    await repository.write({ 'more.py': 'X = 1\n' });
    await repository.commit('to be forgotten');
    await repository.git('push', '-q', 'origin', 'feature');
    const id = await run(project, ['--', 'python3', 'train.py']);
    await repository.git('push', '-q', 'origin', ':feature');
    await repository.git('checkout', '-q', 'main');
    await repository.git('branch', '-q', '-D', 'feature');
    // Another clone that got the record only.
    await waitFor('what was captured', async () => (await storeOf(project).read(id)).captured !== undefined);
    const clone = join(repository.home, 'a colleague');
    await repository.git('clone', '-q', '--no-local', remote, clone);
    for (const name of ['runs', 'packages'])
      await cp(join(root, '.git', 'lockstep', name), join(clone, '.git', 'lockstep', name), {
        recursive: true,
      });
    const before = await repositoryFingerprint(clone);
    const { document } = await project.json(['reproduce', id, '--json'], { cwd: clone });
    const verdict = verdictSchema.parse(document);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(clone)), []);

    // Nobody has it any more.
    await rm(join(clone, '.git', 'lockstep', 'snapshots.git'), { recursive: true });
    await repository.git('-C', remote, 'gc', '-q', '--prune=now');
    const gone = await project.json(['reproduce', id, '--json'], { cwd: clone });
    assert.equal(gone.code, 3);
    const { error } = errorOutputSchema.parse(gone.document);
    assert.equal(error.code, 'snapshot-gone');
    assert.match(error.message, /origin: .*not our ref/);
    assert.match(error.mend ?? '', /lockstep share push/);
  });

  it('Git LFS files that are too large for a snapshot, from the local store', async () => {
    await using project = await cliProject({
      '.gitattributes': '*.bin filter=lfs -text\n',
      'train.py': `
import json
def head(name):
    with open(name, 'rb') as file:
        return file.read(9).decode()
print(json.dumps({'step': 0, 'large': len(head('large.bin')), 'pointer': int(head('large.bin') == 'version h')}))
`,
    });
    const { repository, root } = project;
    // What git-lfs does, without it.
    const clean = `import hashlib, sys; data = sys.stdin.buffer.read(); print('version https://git-lfs.github.com/spec/v1\\noid sha256:' + hashlib.sha256(data).hexdigest() + '\\nsize ' + str(len(data)))`;
    await writeFile(join(repository.home, 'clean.py'), clean);
    await repository.git('config', 'filter.lfs.clean', `python3 "${join(repository.home, 'clean.py')}"`);
    const large = join(root, 'large.bin');
    await writeFile(large, 'content of a model');
    await truncate(large, 101 * 1024 * 1024);
    await repository.commit('a model');
    const oid = createHash('sha256')
      .update(await readFile(large))
      .digest('hex');
    const id = await run(project, ['--', 'python3', 'train.py']);
    const pointer = await repository.git('cat-file', 'blob', 'HEAD:large.bin');
    assert.match(pointer, new RegExp(`oid sha256:${oid}`));
    const object = join(root, '.git', 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4));
    await mkdir(object, { recursive: true });
    await cp(large, join(object, oid));
    await waitFor('the hash that is taken beside the run', async () =>
      (await storeOf(project).read(id)).captured?.gaps?.some(gap => gap.sha256 === oid),
    );
    // A checkout that was not filled.
    await writeFile(large, `${pointer}\n`);
    const verdict = await reproduce(project, [id]);
    assert.deepEqual(
      [verdict.verdict, verdict.caps, verdict.ingredients.find(one => one.name === 'code')?.status],
      ['identical', [], 'same'],
      JSON.stringify(verdict, null, 1),
    );
    await rm(join(object, oid));
    const without = await project.json(['reproduce', id, '--json']);
    assert.match(JSON.stringify(without.document), /large\.bin/);
    assert.notEqual(without.code, 0);
  });

  it('a checkpoint of the original, and compares from where it goes on', async () => {
    await using project = await cliProject({
      '.gitignore': 'out/\n',
      'train.py': `
import json, os, random, sys
step, value = 0, 1.0
if '--resume' in sys.argv:
    state = json.load(open(sys.argv[sys.argv.index('--resume') + 1]))
    step, value = state['step'], state['value']
os.makedirs('out', exist_ok=True)
while step < 6:
    random.seed(step)
    value = value * 0.9 + step
    print(json.dumps({'step': step, 'loss': value}))
    step += 1
    if step == 3:
        json.dump({'step': step, 'value': value}, open('out/three.json', 'w'))
json.dump(value, open('out/model.json', 'w'))
`,
    });
    const id = await run(project, ['--', 'python3', 'train.py']);
    const unknown = await project.json(['reproduce', id, '--checkpoint', 'out/three.json', '--json']);
    assert.equal(unknown.code, 2);
    assert.match(
      errorOutputSchema.parse(unknown.document).error.mend ?? '',
      /resume: \['--resume', '\{checkpoint\}'\]/,
    );
    await project.repository.write({ 'lockstep.yaml': `resume: ['--resume', '{checkpoint}']\n` });
    const other = await project.json(['reproduce', id, '--checkpoint', 'out/nine.json', '--json']);
    assert.equal(errorOutputSchema.parse(other.document).error.code, 'checkpoint-unknown');
    const verdict = await reproduce(project, [id, '--checkpoint', join(project.root, 'out/three.json')]);
    // The option itself makes nothing another one.
    assert.deepEqual(
      verdict.ingredients.filter(one => one.status === 'differs'),
      [],
    );
    const cwd = join(project.root, 'out');
    const words = ['reproduce', id, '--forecast', '--json', '--checkpoint', 'three.json'];
    const { document } = await project.json(words, { cwd });
    assert.deepEqual(forecastSchema.parse(document).blockers, []);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.deepEqual([verdict.part?.fromStep, verdict.metrics[0]?.comparedPoints], [3, 3]);
    assert.match(verdict.sentence, /^Identical from step 3: /);
    assert.deepEqual(
      verdict.outputs.map(({ path, verdict: word }) => [path, word]),
      [['out/model.json', 'identical']],
    );
    await project.repository.write({ 'out/three.json': '{}' });
    const gone = await project.json(['reproduce', id, '--checkpoint', 'out/three.json', '--json']);
    assert.equal(errorOutputSchema.parse(gone.document).error.code, 'checkpoint-gone');
  });
});

describe('a reproduction tells', function () {
  this.timeout(180_000);

  it('code that came from the workspace past everything, and what leads there before it starts', async () => {
    await using project = await cliProject({
      '.gitignore': '.venv/\n__pycache__/\n',
      'lib/secretly.py': 'VALUE = 0.5\n',
      'config.yaml': 'data: here\n',
      'train.py': `import json\nfrom secretly import VALUE\nopen('config.yaml').read()\nprint(json.dumps({'step': 0, 'loss': VALUE}))\n`,
    });
    const { root, environment } = project;
    await project.repository.write({ 'config.yaml': `data: ${root}/data\n` });
    const args = ['-m', 'venv', '--without-pip', '.venv'];
    assert.equal((await runCommand({ program: 'python3', args, cwd: root, env: environment })).exitCode, 0);
    const [version = ''] = await readdir(join(root, '.venv', 'lib'));
    // A line that no package answers for.
    await writeFile(
      join(root, '.venv', 'lib', version, 'site-packages', 'mine.pth'),
      `${join(root, 'lib')}\n`,
    );
    const env = { DATA_DIR: join(root, 'data') };
    const id = await run(project, ['--', '.venv/bin/python', 'train.py'], { env });
    const verdict = await reproduce(project, [id], { env });
    assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
    assert.deepEqual(
      verdict.escapedModules.map(one => one.module),
      ['secretly'],
    );
    const question = {
      original: await storeOf(project).read(id),
      ...{ workspace: root, environment: { ...environment, ...env } },
    };
    assert.deepEqual(await findMoved(question), ['DATA_DIR']);
    assert.deepEqual(await findEscapes(question), [
      `mine.pth of the environment leads to ${join(root, 'lib')}`,
      `config.yaml names ${root} in line 1`,
    ]);
  });

  it('an input that changed while it ran, and a file that it wrote by a variable, not into the workspace', async () => {
    await using project = await cliProject({
      '.gitignore': 'data/\n',
      'train.py': `
import json, os, time
with open('data/large.bin', 'rb') as data:
    print(json.dumps({'step': 0, 'first': data.read(1)[0]}), flush=True)
while not os.path.exists(os.environ['FLAG']):
    time.sleep(0.05)
open(os.environ['ESCAPE'], 'w').write('mine')
`,
    });
    const { root, repository } = project;
    const large = join(root, 'data', 'large.bin');
    await repository.write({ 'data/large.bin': 'abc' });
    // Too large to be copied where files cannot be cloned.
    await truncate(large, 65 * 1024 * 1024);
    const flag = join(repository.home, 'flag');
    await writeFile(flag, '');
    const env = { FLAG: flag, ESCAPE: join(root, 'data', 'written.txt') };
    const id = await run(project, ['--', 'python3', 'train.py'], { env });
    await rm(flag);
    await repository.write({ 'data/written.txt': 'precious' });
    const runs = storeOf(project);
    const launched = await startReproduction(project, id, {}, env);
    await waitFor(
      'it to read',
      async () => ((await runs.summary(launched.id)).metrics['first']?.count ?? 0) > 0,
    );
    const file = await open(large, 'r+');
    await file.write('x', 5000);
    await file.close();
    await writeFile(flag, '');
    const verdict = await waitFor('the verdict', async () => (await runs.read(id)).verdicts[0]);
    const caps = verdict.caps.join('\n');
    assert.doesNotMatch(caps, /written\.txt/, JSON.stringify(verdict, null, 1));
    assert.equal(verdict.outputs.find(({ path }) => path === 'data/written.txt')?.verdict, 'identical');
    assert.equal(await readFile(join(root, 'data', 'written.txt'), 'utf8'), 'precious');
    // A clone or a copy is the checkout's own.
    if (!/changed during/.test(caps))
      assert.equal(verdict.ingredients.find(one => one.name === 'data')?.status, 'same');
    else assert.notEqual(verdict.verdict, 'identical');
  });
});
