/** Commands of git that talk to a remote, and processes around them that end. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { withShareTask } from '../../../src/cli/commands/share/shareTask.ts';
import type { CliContext } from '../../../src/cli/cliContext.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('a transport of git', () => {
  it('ends with the process that started it', async function () {
    this.timeout(120_000);
    await using folder = await temporaryFolder('lockstep transport');
    const environment = scrubbedEnvironment(folder.path);
    const [script, pid] = [join(folder.path, 'start.ts'), join(folder.path, 'pid')];
    const module = new URL('../../../src/sharing/remote/runTransport.ts', import.meta.url).href;
    await writeFile(
      script,
      `import { existsSync, readFileSync } from 'node:fs';
import { runTransport } from ${JSON.stringify(module)};
const repository = { root: ${JSON.stringify(folder.path)}, explicit: false };
const args = ['-c', 'alias.wait=!echo $$ >pid; exec sleep 600', 'wait'];
void runTransport({ repository, args }, { environment: process.env });
setInterval(() => existsSync('pid') && readFileSync('pid', 'utf8').includes('\\n') && process.exit(0), 20);
`,
    );
    const started = await runCommand({
      ...{ program: process.execPath, args: ['--disable-warning=ExperimentalWarning', script] },
      ...{ cwd: folder.path, env: environment },
    });
    assert.equal(started.exitCode, 0, started.stderr);
    const id = Number(await readFile(pid, 'utf8'));
    await waitFor('git to end', () => Promise.resolve(!isAlive(id)));
  });

  it('is stopped when the window is closed', async () => {
    const terminal = { err: () => undefined, liveErr: false, interactive: false, width: 80 };
    const context = { terminal, env: {}, signal: new AbortController().signal };
    const stopped = withShareTask(context as unknown as CliContext, 'It stays.', ({ signal }) => {
      process.emit('SIGHUP', 'SIGHUP');
      signal?.throwIfAborted();
      return Promise.resolve(0);
    });
    assert.equal(await stopped, 130);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
