/** A managed environment with the real uv and packages of the public index, held against what pip makes of the list. */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { readLock } from '../../../src/environments/lock/readLock.ts';
import { buildPython } from '../../../src/environments/python/buildPython.ts';
import { lockPythonProject } from '../../../src/environments/python/lockPythonProject.ts';
import { readPythonEnvironment } from '../../../src/environments/python/pythonEnvironment.ts';
import { verifyPython } from '../../../src/environments/python/verifyPython.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('a Python environment of uv', function () {
  this.timeout(240_000);

  it('is locked with hashes of the index, verified, and made again by uv and by pip with the same files', async function () {
    const uv = peerOrSkip(this, 'uv');
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'project');
    await mkdir(root);
    const alone = scrubbedEnvironment(folder.path, {
      ...{ UV_PYTHON_DOWNLOADS: 'never', PIP_CERT: process.env['PIP_CERT'] },
      // Both names, old and new: the certificates of the machine, as pip trusts them.
      ...{ UV_NATIVE_TLS: '1', UV_SYSTEM_CERTS: '1' },
    });
    const withUv = { ...alone, PATH: [uv.programs, alone['PATH'] ?? ''].join(delimiter) };
    const own = join(root, '.venv');
    const interpreter = join(own, 'bin', 'python');
    for (const args of [
      ['venv', '-q', '--python', uv.python, own],
      ['pip', 'install', '-q', '--python', interpreter, 'six==1.16.0', 'idna==3.10'],
    ]) {
      const outcome = await runCommand({ program: join(uv.programs, 'uv'), args, cwd: root, env: withUv });
      assert.equal(outcome.exitCode, 0, outcome.stderr);
    }

    const question = { root, interpreter, variables: alone, toolVersion: '0.0.0' };
    const locked = await lockPythonProject(question);
    const { python } = locked.lock;
    assert.ok(python !== undefined);
    assert.deepEqual(
      [python.manager, locked.notes, python.packages.map(one => [one.name, one.version])],
      [
        'uv',
        [],
        [
          ['idna', '3.10'],
          ['six', '1.16.0'],
        ],
      ],
    );
    // As the index says for six-1.16.0-py2.py3-none-any.whl.
    const wheel = 'sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254';
    assert.ok(python.packages[1]?.hashes?.includes(wheel));

    const lock = await readLock(locked.path);
    assert.ok(lock !== undefined);
    const made = [];
    for (const [name, variables] of [
      ['uv', withUv],
      ['pip', alone],
    ] as const) {
      const cacheFolder = join(folder.path, `cache of ${name}`);
      const built = await buildPython({ python, root, cacheFolder, variables, hints: [uv.python] });
      assert.deepEqual([built.built, built.differences], [true, []]);
      const said = await readFile(join(built.folder, 'lockstep-environment.json'), 'utf8');
      assert.equal((JSON.parse(said) as { with: string }).with, name);
      const report = await verifyPython({ ...question, lock, interpreter: built.interpreter, files: true });
      assert.deepEqual([report.verdict, report.items], ['clean', []]);
      made.push((await readPythonEnvironment({ ...question, interpreter: built.interpreter })).packages);
    }
    assert.deepEqual(made[0], made[1]);
    assert.equal((await verifyPython({ ...question, lock })).verdict, 'clean');
  });
});
