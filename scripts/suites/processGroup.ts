/** A child with everything it starts, as one thing that ends together: also on Ctrl-C, also when it hangs. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface GroupCommand {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Takes what it prints, line by line. */
  readonly say: (line: string) => void;
}

export type GroupEnd = { readonly exitCode: number | null; readonly timedOut: boolean };

/** Runs this Node with `args`, Nothing of its process group is left afterwards. */
export function runGroup(command: GroupCommand): Promise<GroupEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', command.say);
    let timedOut = false;
    const end = (signal: NodeJS.Signals): void => killGroup(child.pid, signal);
    const timer = setTimeout(() => {
      timedOut = true;
      end('SIGKILL');
    }, command.timeoutMs);
    const onAbort = (): void => {
      end('SIGTERM');
      setTimeout(() => end('SIGKILL'), 3000).unref();
    };
    command.signal.addEventListener('abort', onAbort, { once: true });
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(timer);
      command.signal.removeEventListener('abort', onAbort);
      end('SIGKILL');
      // A process that left the group on purpose may hold the pipes open for hours.
      setTimeout(() => [child.stdout, child.stderr].forEach(stream => stream.destroy()), 1000).unref();
    });
    child.on('close', exitCode => resolve({ exitCode, timedOut }));
  });
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // The group is gone: what was wanted.
  }
}
