/** What a command inside is begun with, by the shells that images have. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../../src/base/runCommand.ts';
import { execArgv } from '../../../../src/environments/devcontainer/execScript.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const shells: readonly (readonly string[])[] = [['/bin/sh'], ['bash', '--posix'], ['busybox', 'sh']];

/** Argv, code, what is printed on standard output and error. */
const cases: readonly (readonly [argv: readonly string[], code: number, out: string, err: RegExp])[] = [
  [['sh', '-c', 'pwd; exit 7'], 7, 'FOLDER\n', /^$/],
  [['printf', '%s|', 'a b', '*', '$HOME', ''], 0, 'a b|*|$HOME||', /^$/],
  [['./mine'], 3, '', /^$/],
  [['sh', '-c', 'echo "$found$seen$old$folder$program$OLDPWD"'], 0, '\n', /^$/],
  [['sh', '-c', 'kill -9 $$'], 137, '', /^$/],
  [
    ['no-such-program', '-x'],
    127,
    '',
    /^lockstep: The program no-such-program was not found in the container\.\n$/,
  ],
  [['./none'], 127, '', /^lockstep: The program \.\/none was not found/],
  [['./plain.txt'], 126, '', /^lockstep: \.\/plain\.txt may not be executed in the container\.\n$/],
  [['./folder'], 126, '', /^lockstep: \.\/folder may not be executed/],
];

for (const [shell = '', ...options] of shells)
  describe(`a command begun inside by ${[shell, ...options].join(' ')}`, () => {
    const begin = async (cwd: string, argv: readonly string[]) =>
      runCommand({
        program: shell,
        args: [...options, ...execArgv(cwd, argv).slice(1)],
        env: { PATH: process.env['PATH'], HOME: '/h' },
        timeoutMs: 20_000,
      });

    before(function () {
      const there = (process.env['PATH'] ?? '').split(':').some(folder => existsSync(join(folder, shell)));
      if (!shell.startsWith('/') && !there) this.skip();
    });

    it('takes its place, or is told to be missing with the codes of docker run', async () => {
      await using folder = await temporaryFolder();
      const cwd = join(folder.path, 'a folder');
      await mkdir(join(cwd, 'folder'), { recursive: true });
      await writeFile(join(cwd, 'plain.txt'), 'text');
      await writeFile(join(cwd, 'mine'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
      for (const [argv, code, out, err] of cases) {
        const outcome = await begin(cwd, argv);
        assert.equal(outcome.exitCode ?? 137, code, `${argv.join(' ')}: ${outcome.stderr}`);
        assert.equal(outcome.stdout.toString('utf8'), out.replace('FOLDER', cwd), argv.join(' '));
        assert.match(outcome.stderr, err);
      }
      const nowhere = await begin(join(cwd, 'no where'), ['true']);
      assert.deepEqual([nowhere.exitCode, /There is no folder .*no where/.test(nowhere.stderr)], [125, true]);
    });
  });
