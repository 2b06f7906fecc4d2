import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { removeScriptLines, terminalCommand } from '../../../src/execution/terminalCommand.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const hasScript = await runCommand({ program: 'script', args: ['--version'] }).then(
  () => true,
  () => false,
);

describe('terminalCommand', () => {
  it('runs the very words in a terminal, keeps the exit code, and logs nothing else', async function () {
    if (!hasScript || process.platform !== 'linux') this.skip();
    await using folder = await temporaryFolder();
    const log = join(folder.path, 'stdout.log');
    const words = ['a b', "it's", '$HOME', '--token=secret'];
    const { argv, variables } = terminalCommand(
      ['sh', '-c', 'test -t 1 && test -t 0 && printf "<%s>" "$@"; exit 3', 'sh', ...words],
      log,
    );
    const [program = '', ...args] = argv;
    const outcome = await runCommand({ program, args, env: { ...process.env, ...variables } });
    assert.equal(outcome.exitCode, 3);
    assert.match(await readFile(log, 'utf8'), /^Script started/);
    await removeScriptLines(log);
    assert.equal(await readFile(log, 'utf8'), words.map(word => `<${word}>`).join(''));
  });
});
