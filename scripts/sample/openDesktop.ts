/** Opens the desktop's VS Code, when there is one, with the extension installed. */
import { runCommand } from '../../src/base/runCommand.ts';

/** False when there is no `code` on PATH, or it cannot install the extension: the reason is said. */
export async function openDesktop(
  root: string,
  vsix: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<boolean> {
  const program = process.platform === 'win32' ? 'code.cmd' : 'code';
  try {
    for (const args of [['--install-extension', vsix, '--force'], [root]]) {
      const outcome = await runCommand({ program, args, env, timeoutMs: 120_000 });
      if (outcome.exitCode !== 0) {
        say(`${program} ${args.join(' ')} failed: ${outcome.stderr.trim()}`);
        return false;
      }
    }
  } catch {
    return false;
  }
  say(`Opened ${root} in VS Code with Lockstep installed; the runs are behind the Lockstep icon.`);
  return true;
}
