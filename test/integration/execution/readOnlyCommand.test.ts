/** A command in its view of the file system is the command it would be without it, but for what it may write. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { findProtection, withReadOnly } from '../../../src/execution/readOnly/findProtection.ts';
import { notProtectedCode, readOnlyCommand } from '../../../src/execution/readOnly/readOnlyCommand.ts';
import type { MountedReadOnly } from '../../../src/execution/readOnly/writeProtection.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const told = `
const { env, argv } = process;
console.log(JSON.stringify({ env, argv, cwd: process.cwd(), ids: [process.getuid(), process.getgid(), process.umask()] }));
process.exit(7);
`;

describe('a command that finds folders read-only', function () {
  this.timeout(60_000);

  it('has its arguments, variables, folder, ids and exit code, and may write nowhere else than without', async function () {
    await using folder = await temporaryFolder();
    const workspace = join(folder.path, "the 'work' $space");
    const record = join(workspace, 'record');
    await mkdir(record, { recursive: true });
    const beside = join(folder.path, 'beside.bin');
    await writeFile(beside, 'data');
    const found = await findProtection({
      ...{ folders: [workspace, join(folder.path, 'nowhere')], except: [record], variables: process.env },
    });
    assert.deepEqual([found?.folders, found?.except], [[workspace], [record]]);
    if (found?.mounted === undefined) this.skip();
    const { mounted } = await withReadOnly(found, [beside, workspace]);
    assert.ok(mounted);
    const environment: NodeJS.ProcessEnv = {
      ...scrubbedEnvironment(folder.path),
      ...{ PWD: '/elsewhere', SHLVL: '9', _: 'x', 'with.dot': '1', 'BASH_FUNC_f%%': '() { :\n}' },
      ...{ EMPTY: '', IFS: ',', PS1: '$ ', OPTIND: '3', LD_LIBRARY_PATH: '/a b:/c', QUOTED: `'"$\`\\\n` },
    };
    delete environment['OLDPWD'];
    const ways: MountedReadOnly[] = [mounted, { ...mounted, by: 'user' }];
    for (const way of ways) {
      const run = (argv: readonly string[], cwd: string): ReturnType<typeof runCommand> => {
        const command = readOnlyCommand(way, { argv, cwd, environment });
        const [program = '', ...args] = command.argv;
        return runCommand({ program, args, cwd, env: command.environment, timeoutMs: 30_000 });
      };
      const argv = [process.execPath, '-e', told, '--', '', 'a b', '$HOME', "it's", '*', 'x=y'];
      const here = await run(argv, record);
      if (way.by === 'user' && here.exitCode === notProtectedCode) continue;
      const [program = '', ...args] = argv;
      const direct = await runCommand({ program, args, cwd: record, env: environment, timeoutMs: 30_000 });
      assert.deepEqual(JSON.parse(here.stdout.toString()), JSON.parse(direct.stdout.toString()));
      assert.deepEqual([here.exitCode, here.stderr], [7, '']);

      const script =
        'echo x > ../a; echo x >> ../../beside.bin; rm -f ../../beside.bin; mv ../../beside.bin b; echo x > own; echo x > ../../free';
      assert.match((await run(['/bin/sh', '-c', script], record)).stderr, /Read-only file system/);
      assert.equal(existsSync(join(workspace, 'a')), false);
      assert.equal(await readFile(beside, 'utf8'), 'data');
      assert.ok(existsSync(join(record, 'own')) && existsSync(join(folder.path, 'free')));
    }
  });

  it('is not started where they cannot be made so after all', async function () {
    await using folder = await temporaryFolder();
    const found = await findProtection({ folders: [folder.path], except: [], variables: process.env });
    if (found?.mounted === undefined) this.skip();
    const [place] = found.mounted.folders;
    assert.ok(place);
    const gone = { ...found.mounted, folders: [{ ...place, path: join(folder.path, 'gone') }] };
    const { argv, environment } = readOnlyCommand(gone, {
      ...{ argv: ['/bin/sh', '-c', 'echo started'], cwd: '/', environment: scrubbedEnvironment(folder.path) },
    });
    const [program = '', ...args] = argv;
    const { exitCode, stdout, stderr } = await runCommand({
      program,
      args,
      env: environment,
      timeoutMs: 30_000,
    });
    assert.deepEqual([exitCode, stdout.toString()], [notProtectedCode, '']);
    assert.match(stderr, /the workspace could not be made read-only, so the command was not started/);
  });
});
