/** A managed Python environment from lock to reproduction, with real interpreters, pip and a package index. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, readFile, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { planSchema } from '../../../src/runs/plan.ts';
import type { Plan } from '../../../src/runs/plan.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { packageIndex } from '../../helpers/python/packageIndex.ts';
import type { PackageIndex } from '../../helpers/python/packageIndex.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const trainer = `
import json, lab_number, shutil, sys
print(json.dumps({'step': 1, 'value': lab_number.VALUE}))
print('prefix', sys.prefix, 'program', shutil.which('lab-number'))
`;

function numbered(value: number): string {
  return `VALUE = ${value}\ndef main():\n    print(VALUE)\n`;
}

/** Makes all that is noted under `folder` so many hours old. */
async function age(folder: string, hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * 3600 * 1000);
  for (const { name, parentPath } of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (/\.json$/.test(name)) await utimes(join(parentPath, name), then, then);
}

describe('a managed Python environment', function () {
  this.timeout(240_000);
  let project: CliProject;
  let index: PackageIndex;
  let python: string;

  before(async () => {
    project = await cliProject({ 'train.py': trainer, '.gitignore': '.venv\n.lockstep\n' });
    index = await packageIndex(join(project.repository.home, 'wheels'), [
      ['lab-number', '1.0', numbered(1)],
      ['lab-number', '2.0', numbered(2)],
      ['Lab.Other', '0.1', numbered(7)],
    ]);
    Object.assign(project.environment, {
      PIP_INDEX_URL: index.url,
      UV_PYTHON_DOWNLOADS: 'never',
      PIP_NO_CACHE_DIR: '1',
    });
    python = join(project.root, '.venv', 'bin', 'python');
    await succeed('python3', ['-m', 'venv', '--without-pip', '.venv']);
    await install('lab-number==1.0', 'Lab.Other==0.1');
  });
  after(async () => {
    await index[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  it('is locked with the hashes of the index, and the lock is left alone the second time', async () => {
    const none = await project.json(['env', 'verify', '--json']);
    assert.deepEqual([none.code, (none.document as { verdict: string }).verdict], [3, 'unlocked']);
    const first = await project.json(['env', 'lock', '--json']);
    const document = first.document as {
      changed: boolean;
      interpreter: string;
      lock: { python: { packages: unknown[] } };
    };
    assert.equal(document.interpreter, python);
    assert.deepEqual(
      (document.lock.python.packages as { name: string; version: string; hashes: string[] }[]).map(one => [
        one.name,
        one.version,
        one.hashes,
      ]),
      [
        ['lab-number', '1.0', [index.hashes.get('lab-number==1.0')]],
        ['lab-other', '0.1', [index.hashes.get('Lab.Other==0.1')]],
      ],
    );
    const bytes = await readFile(join(project.root, 'lockstep-lock.json'));
    index.htmlOnly = true;
    assert.match(
      (await project.lockstep(['env', 'lock'])).stdout,
      /said so already: Python .* with 2 packages/,
    );
    assert.deepEqual(await readFile(join(project.root, 'lockstep-lock.json')), bytes);
    await rm(join(project.root, 'lockstep-lock.json'));
    await project.lockstep(['env', 'lock']);
    index.htmlOnly = false;
    assert.equal(
      withoutTime(await readFile(join(project.root, 'lockstep-lock.json'), 'utf8')),
      withoutTime(bytes.toString('utf8')),
      'an index that answers with HTML tells the same hashes',
    );
    await project.repository.commit('lock');
    assert.equal((await project.lockstep(['env', 'verify'])).code, 0);
  });

  it('is made in the cache, never in the user’s own, and used again', async () => {
    const recorded = await project.lockstep(['run', '--name', 'on-host', '--', python, 'train.py']);
    assert.match(recorded.stdout, /"value": 1/);
    const before = await fingerprint();
    // Two builders at once.
    const [first, second] = await Promise.all(
      ['.venv/bin/python', 'python'].map(word =>
        project.lockstep(['run', '--env', 'python', '--', word, 'train.py']),
      ),
    );
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual([first.code, second.code], [0, 0], first.stderr + second.stderr);
    assert.match(first.stderr, /making the Python environment/);
    const { environment, interpreter } = await planOf('@1');
    const folder = environment.python?.folder ?? '';
    assert.ok(
      folder.startsWith(join(project.repository.home, '.cache', 'lockstep', 'environments', 'python')),
    );
    assert.ok(
      first.stdout.includes(`prefix ${folder} program ${join(folder, 'bin', 'lab-number')}`),
      first.stdout,
    );
    assert.deepEqual([environment.kind, environment.drift], ['python', 'clean']);
    assert.equal(environment.lock, sha256(await readFile(join(project.root, 'lockstep-lock.json'))));
    assert.ok(interpreter.known === 'captured' && interpreter.value.path.startsWith(folder));
    assert.ok(second.stdout.includes(`prefix ${folder} program`), second.stdout);
    assert.equal((await readdir(join(folder, '..'))).length, 2, 'one build, and what names it');
    const again = await project.lockstep(['run', '--env', 'python', '--', 'python', 'train.py']);
    assert.doesNotMatch(again.stderr, /making/);
    assert.equal((await planOf('@1')).environment.python?.folder, folder);
    // A Python that does not answer today proves nothing against what it stands in: a training may go on there.
    await rename(join(folder, 'bin', 'python'), join(folder, 'bin', 'aside'));
    await symlink('/bin/false', join(folder, 'bin', 'python'));
    const silent = await project.lockstep(['run', '--env', 'python', '--', 'python', 'train.py']);
    assert.notEqual(silent.code, 0);
    assert.match(silent.stderr, /is no Python .* that answers/);
    assert.equal((await readdir(join(folder, '..'))).length, 2);
    await rename(join(folder, 'bin', 'aside'), join(folder, 'bin', 'python'));
    assert.equal(await fingerprint(), before);
  });

  it('is told from one where a package was upgraded since, and has the old one in a reproduction', async () => {
    await install('lab-number==2.0');
    const verified = await project.lockstep(['env', 'verify']);
    assert.equal(verified.code, 1);
    assert.match(verified.stdout, /\n {2}lab-number 1\.0 → 2\.0, installed by hand\n/);
    const before = await fingerprint();

    const host = await reproduce('on-host', '--env', 'host');
    assert.equal(host.verdict, 'diverged');
    assert.deepEqual(environmentOf(host).differences, ['lab-number 1.0 → 2.0']);
    assert.deepEqual(host.caps, ['the packages are not the recorded ones']);

    const rebuilt = await reproduce('on-host', '--env', 'python');
    // The very files of every package, on the very interpreter: nothing is left to be capped.
    assert.deepEqual(
      [rebuilt.verdict, rebuilt.metrics.map(one => [one.key, one.verdict]), rebuilt.caps],
      ['identical', [['value', 'identical']], []],
    );
    const unasked = await reproduce('on-host');
    assert.deepEqual(
      [unasked.verdict, environmentOf(unasked).now],
      ['identical', environmentOf(rebuilt).now],
    );
    const { status, now, differences } = environmentOf(rebuilt);
    assert.deepEqual([status, differences], ['same', []]);
    assert.match(now, /^rebuilt from the captured list, Python /);
    assert.equal(await fingerprint(), before);
  });

  it('is reproduced as it was, and made once more when it is gone', async () => {
    // Its launcher would look for an environment of its own.
    const launched = await project.lockstep(['run', '--env', 'python', '--', 'uv', 'run', 'train.py']);
    assert.equal(launched.code, 0, launched.stderr);
    const managed = (await planOf('@1')).id;
    assert.deepEqual((await reproduce(managed)).verdict, 'identical');
    await rm(join((await planOf(managed)).environment.python?.folder ?? '', '..'), { recursive: true });
    await rm(join(environments(), 'python-uses'), { recursive: true });
    // As the run of somebody else has it, whose project is elsewhere.
    const plan = join(await folderOf(managed), 'plan.json');
    await writeFile(
      plan,
      (await readFile(plan, 'utf8')).replace(`"root": "${project.root}"`, '"root": "/home/eve/lab"'),
    );
    assert.equal((await planOf(managed)).root, '/home/eve/lab');
    const again = await reproduce(managed);
    assert.deepEqual([again.verdict, again.caps], ['identical', []]);
    const { document } = await project.json(['env', 'disk', '--json'], {
      env: { DOCKER_HOST: 'unix:///none/engine.sock' },
    });
    const { python: disk } = document as { python: { state: string; projects: string[] }[] };
    assert.deepEqual([...new Set(disk.flatMap(one => one.projects))], [project.root]);
  });

  it('shows what was edited by hand when every file is read', async () => {
    await install('lab-number==1.0');
    const module = join(await sitePackages(), 'lab_number.py');
    await appendFile(module, '# edited\n');
    assert.equal((await project.lockstep(['env', 'verify'])).code, 0);
    const read = await project.lockstep(['env', 'verify', '--files']);
    assert.equal(read.code, 1);
    assert.match(read.stdout, /lab-number 1\.0 → 1\.0 with another lab_number\.py, edited by hand/);
  });

  it('is listed with what it takes, and removed only when no run needs it', async () => {
    // No engine is needed for it.
    const env = { DOCKER_HOST: 'unix:///none/engine.sock' };
    const listed = async (): Promise<
      { folder: string; inUse: boolean; state: string; projects: string[] }[]
    > => {
      const { document } = await project.json(['env', 'disk', '--json'], { env });
      return (document as { python: Awaited<ReturnType<typeof listed>> }).python;
    };
    await writeFile(
      join(project.root, 'wait.py'),
      'import time\nprint("up", flush=True)\ntime.sleep(1000)\n',
    );
    const started = await project.lockstep(['run', '--env', 'python', '--detach', '--', 'python', 'wait.py']);
    assert.equal(started.code, 0, started.stderr);
    const [id = ''] = started.stdout.trim().split('\n');
    const held = (await listed()).filter(({ inUse }) => inUse);
    assert.deepEqual(
      held.map(({ state, projects }) => [state, projects.includes(project.root)]),
      [['ready', true]],
    );
    const folder = held[0]?.folder ?? '';
    const all = ['env', 'disk', '--remove-unused', '--days', '0', '--yes'];
    await age(environments(), 2);
    const first = await project.lockstep(all, { env });
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /1 environment stays\./);
    assert.deepEqual(
      (await listed()).map(one => one.folder),
      [folder],
    );
    await project.lockstep(['cancel', id]);
    await waitFor('the run to end', async () => !(await listed()).some(({ inUse }) => inUse));
    const young = await project.lockstep(['env', 'disk', '--remove-unused'], { env });
    assert.match(young.stdout, /^Nothing was removed\. 1 environment stays\.\n$/);
    await age(environments(), 2);
    const unasked = await project.json(['env', 'disk', '--remove-unused', '--days', '0', '--json'], { env });
    assert.equal((unasked.document as { error: { code: string } }).error.code, 'confirmation-needed');
    const gone = await project.lockstep(all, { env });
    assert.match(gone.stdout, /^Removed 1 environment: .* freed\.\n$/);
    assert.match(gone.stderr, new RegExp(`by ${project.root}`));
    assert.equal((await project.lockstep(['env', 'disk'], { env })).code, 3, 'an engine is all that is left');
    const again = await project.lockstep(['run', '--env', 'python', '--', 'python', 'train.py']);
    assert.equal(again.code, 0, again.stderr);
    // Whoever has taken one may be about to run in it.
    const taken = await project.lockstep(all, { env });
    assert.match(taken.stdout, /^Nothing was removed\. 1 environment stays\.\n$/);
  });

  it('says what stands in the way', async () => {
    const lock = join(project.root, 'lockstep-lock.json');
    const text = await readFile(lock, 'utf8');
    const run = async (): Promise<string> => {
      const { code, stderr } = await project.lockstep(['run', '--env', 'python', '--', 'python', 'train.py']);
      assert.equal(code, 125, stderr);
      return stderr;
    };
    const other = 'f'.repeat(64);
    await writeFile(lock, text.replaceAll(/sha256:[0-9a-f]{64}/g, `sha256:${other}`));
    assert.match(await run(), /could not be made: .*\n?.*not those that were locked/s);
    await writeFile(lock, text.replaceAll('"version": "1.0"', '"version": "9.9"'));
    assert.match(await run(), /index has that version no longer|not those that were locked/);
    await writeFile(lock, text.replaceAll('"name": "lab-number"', '"name": "--target=/tmp/x"'));
    assert.match(await run(), /is no name of a package/);
    await writeFile(lock, text.replaceAll(/"version": "3\.\d+\.\d+"/g, '"version": "3.99.1"'));
    assert.match(await run(), /needs Python 3\.99.*uv python install 3\.99/s);
    await writeFile(lock, '{');
    assert.match(await run(), /is no JSON/);
    await rm(lock);
    assert.match(await run(), /there is none.*lockstep env lock --python/s);
    await writeFile(lock, text);
  });

  async function succeed(program: string, args: readonly string[]): Promise<string> {
    const outcome = await runCommand({ program, args, cwd: project.root, env: project.environment });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    return outcome.stdout.toString('utf8');
  }

  async function install(...requirements: string[]): Promise<void> {
    await succeed('python3', [
      '-m',
      'pip',
      '--python',
      python,
      'install',
      '-q',
      '--no-compile',
      ...requirements,
    ]);
  }

  async function planOf(run: string): Promise<Plan> {
    const { document } = await project.json(['show', run, '--json']);
    return planSchema.parse((document as { plan: unknown }).plan);
  }

  async function folderOf(run: string): Promise<string> {
    const { document } = await project.json(['show', run, '--json']);
    return (document as { dir: string }).dir;
  }

  /** Lockstep's own folder for them. */
  function environments(): string {
    return join(project.repository.home, '.cache', 'lockstep', 'environments');
  }

  async function reproduce(run: string, ...words: string[]): Promise<Verdict> {
    const { document } = await project.json(['reproduce', run, ...words, '--json']);
    return verdictSchema.parse(document);
  }

  async function sitePackages(): Promise<string> {
    const [name = ''] = await readdir(join(project.root, '.venv', 'lib'));
    return join(project.root, '.venv', 'lib', name, 'site-packages');
  }

  /** Of every file of the user's environment, compiled ones aside: Python itself writes those. */
  async function fingerprint(): Promise<string> {
    const hash = createHash('sha256');
    const entries = await readdir(join(project.root, '.venv'), { recursive: true, withFileTypes: true });
    const paths = entries.filter(one => one.isFile()).map(one => join(one.parentPath, one.name));
    for (const path of paths.sort())
      if (!path.endsWith('.pyc')) hash.update(path).update(await readFile(path));
    return hash.digest('hex');
  }
});

function environmentOf({ ingredients }: Verdict): Verdict['ingredients'][number] {
  return ingredients.find(one => one.name === 'environment') ?? assert.fail('no environment');
}

function withoutTime(text: string): string {
  return text.replace(/"createdAt": "[^"]*"/, '');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
