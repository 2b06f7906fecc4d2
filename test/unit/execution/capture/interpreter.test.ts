import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../../src/base/runCommand.ts';
import { findProgram } from '../../../../src/base/findProgram.ts';
import { captureInterpreter } from '../../../../src/execution/capture/interpreter.ts';
import type { Interpreter } from '../../../../src/execution/capture/interpreter.ts';
import type { Known } from '../../../../src/runs/known.ts';
import { scrubbedEnvironment } from '../../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

interface Project extends AsyncDisposable {
  readonly root: string;
  readonly variables: NodeJS.ProcessEnv;
  ask(...argv: string[]): Promise<Known<Interpreter>>;
}

/** A project with a `.venv` made by the machine's own python3, in a folder with a space in its name. */
async function project(options: { environment: boolean }): Promise<Project> {
  const folder = await temporaryFolder();
  const root = join(folder.path, 'project');
  await mkdir(root);
  const variables = scrubbedEnvironment(folder.path);
  if (options.environment) {
    const made = await runCommand({
      program: 'python3',
      args: ['-m', 'venv', '--without-pip', '.venv'],
      cwd: root,
      env: variables,
    });
    assert.equal(made.exitCode, 0, made.stderr);
  }
  return {
    root,
    variables,
    ask: (...argv) =>
      captureInterpreter({ argv, cwd: root, variables, cacheDir: join(folder.path, 'cache') }),
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

async function truth(
  variables: NodeJS.ProcessEnv,
): Promise<{ version: string; executable: string; prefix: string }> {
  const print = 'import sys; print(sys.version.split()[0], sys.executable, sys.base_prefix, sep="\\n")';
  const { stdout } = await runCommand({ program: 'python3', args: ['-I', '-c', print], env: variables });
  const [version = '', executable = '', prefix = ''] = stdout.toString('utf8').trim().split('\n');
  return { version, executable, prefix };
}

describe('the interpreter of a command', () => {
  it('is what PATH says, and what it says of itself', async () => {
    await using it = await project({ environment: false });
    const { version, executable, prefix } = await truth(it.variables);
    const found = await it.ask('python3', 'train.py');
    assert.equal(found.known, 'captured');
    assert.equal(found.value.version, version);
    assert.equal(found.value.implementation, 'cpython');
    assert.equal(found.value.prefix, prefix);
    assert.equal(found.value.realPath, await realpath(executable));
  });

  it('is asked once, then remembered', async () => {
    await using it = await project({ environment: false });
    const first = await it.ask('python3', 'x.py');
    const cache = join(dirname(it.root), 'cache');
    assert.equal((await readdir(cache)).length, 1);
    assert.deepEqual(await it.ask('python3', 'x.py'), first);
    await writeFile(join(cache, (await readdir(cache))[0] ?? ''), '{');
    assert.deepEqual(await it.ask('python3', 'x.py'), first);
  });

  it('stays the one of the virtual environment, however it is named', async () => {
    await using it = await project({ environment: true });
    const { version } = await truth(it.variables);
    const python = join(it.root, '.venv', 'bin', 'python');
    const script = join(it.root, '.venv', 'bin', 'torchrun');
    await writeFile(script, `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\n`);
    await chmod(script, 0o755);

    const commands: readonly (readonly [known: string, ...argv: string[]])[] = [
      ['captured', '.venv/bin/python', 'train.py'],
      ['captured', python, '-m', 'x'],
      ['captured', script, '--nproc_per_node', '2', 'train.py'],
      ['declared', 'uv', 'run', 'train.py'],
      ['declared', 'uv', 'run', 'python', 'train.py'],
      ['declared', 'poetry', 'run', 'python', 'train.py'],
      ['captured', 'conda', 'run', '-p', '.venv', 'python', 'train.py'],
      ['captured', 'env', 'A=1', '.venv/bin/python', 'train.py'],
    ];
    for (const [known, ...argv] of commands) {
      const found = await it.ask(...argv);
      assert.equal(found.known, known, argv.join(' '));
      assert.ok(found.known !== 'unknown');
      assert.equal(found.value.path, python, argv.join(' '));
      assert.equal(found.value.version, version);
      assert.equal(found.value.prefix, join(it.root, '.venv'));
    }
  });

  it('is found through a link and a first line with env', async () => {
    await using it = await project({ environment: false });
    await writeFile(join(it.root, 'a.py'), '#!/usr/bin/env -S python3 -u\n');
    await chmod(join(it.root, 'a.py'), 0o755);
    await symlink('a.py', join(it.root, 'b'));
    const found = await it.ask('./b');
    assert.equal(found.known, 'captured');
    assert.equal(
      found.value.path,
      (await it.ask('python3', 'x')).known === 'captured' ? found.value.path : '',
    );
  });

  it('is unknown for other programs, missing ones and what only looks like Python', async () => {
    await using it = await project({ environment: false });
    await writeFile(join(it.root, 'python'), 'no program at all');
    await chmod(join(it.root, 'python'), 0o755);
    for (const argv of [
      ['true'],
      ['no-such-program'],
      ['./no/python', 'x.py'],
      ['./python', 'x.py'],
      ['sh', '-c', 'python3'],
    ])
      assert.equal((await it.ask(...argv)).known, 'unknown', argv.join(' '));
  });

  it('is the version that a pyenv shim stands for', async () => {
    await using it = await project({ environment: false });
    const { executable } = await truth(it.variables);
    const root = join(it.root, 'pyenv');
    await mkdir(join(root, 'versions', '9.9.9', 'bin'), { recursive: true });
    await mkdir(join(root, 'shims'));
    await symlink(await realpath(executable), join(root, 'versions', '9.9.9', 'bin', 'python3'));
    await writeFile(join(root, 'shims', 'python3'), '#!/bin/sh\nexit 1\n');
    await chmod(join(root, 'shims', 'python3'), 0o755);
    await writeFile(join(it.root, '.python-version'), '9.9.9\n');
    const found = await it.ask(join(root, 'shims', 'python3'), 'x.py');
    assert.equal(found.known, 'captured');
    assert.equal(found.value.path, join(root, 'versions', '9.9.9', 'bin', 'python3'));
  });

  it('finds programs as the command would', async () => {
    await using it = await project({ environment: false });
    assert.equal(await findProgram('no-such-program', { cwd: it.root, variables: it.variables }), undefined);
    assert.notEqual(await findProgram('sh', { cwd: it.root, variables: {} }), undefined);
    assert.equal(await findProgram('.', { cwd: it.root, variables: it.variables }), undefined);
  });
});
