/**
 * Runs the commands of git that talk to a remote. Unlike our plumbing they get what the person's own git would use to
 * prove who they are (helpers, agents, askpass programs, proxies), tell their progress while they go on, and end when
 * they are cancelled. Hooks stay off.
 */
import { spawn } from 'node:child_process';
import { LockstepError } from '../../base/lockstepError.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { gitEnvironment, quietSettings } from '../../git/gitEnvironment.ts';
import type { Repository } from '../../git/findRepository.ts';
import type { ShareTask } from '../shareTask.ts';

export interface TransportCall {
  readonly repository: Repository;
  readonly args: readonly string[];
  readonly input?: string;
  readonly variables?: NodeJS.ProcessEnv;
}

export interface TransportOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** The last of it. */
  readonly stderr: string;
}

/** A list of a hundred thousand refs fits. */
const maxOutputBytes = 64 * 1024 * 1024;
const keptStderr = 64 * 1024;
/** Asked to end, git removes its temporary files; then it has to. */
const graceMs = 3000;

/** Resolves with whatever exit code git had. Rejects when it cannot be started, and with the reason of the signal. */
export async function runTransport(call: TransportCall, task: ShareTask): Promise<TransportOutcome> {
  const { repository, args, input, variables } = call;
  const { signal, onProgress } = task;
  signal?.throwIfAborted();
  const alone = task.mayAsk !== true && process.platform !== 'win32';
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...quietSettings, ...args], {
      cwd: repository.root,
      env: environmentOf(call, task, variables),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // Without a terminal, where nobody may be asked: ssh and helpers of git open it by themselves, and would wait.
      detached: alone,
    });
    const send = (signal: NodeJS.Signals): void => {
      if (!alone || child.pid === undefined) child.kill(signal);
      else endGroup(child.pid, signal);
    };
    // Alone, it would not notice that this process is gone.
    const onExit = (): void => send('SIGTERM');
    process.once('exit', onExit);
    let stdout = '';
    let stderr = '';
    let line = '';
    let failure: unknown;
    let killing: NodeJS.Timeout | undefined;
    const stop = (reason: unknown): void => {
      failure ??= reason;
      send('SIGTERM');
      killing ??= setTimeout(() => send('SIGKILL'), graceMs);
    };
    const onAbort = (): void => stop(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.length > maxOutputBytes) stop(new Error('git said more than can be read'));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-keptStderr);
      const lines = (line + text).split(/[\r\n]+/);
      line = lines.pop() ?? '';
      if (onProgress !== undefined) for (const one of lines) if (one.trim() !== '') onProgress(one.trim());
    });
    // A program that ends before it has read its input is not a failure of ours: its exit code tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const settle = (): void => {
      clearTimeout(killing);
      signal?.removeEventListener('abort', onAbort);
      process.off('exit', onExit);
    };
    child.on('error', error => {
      settle();
      reject(gitNotStarted(error));
    });
    child.on('close', exitCode => {
      settle();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort reason is passed on as it is
      if (failure !== undefined) reject(failure);
      else resolve({ exitCode, stdout, stderr });
    });
  });
}

/** Git with the programs that it started. */
function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

function environmentOf(
  { repository }: TransportCall,
  { environment, mayAsk }: ShareTask,
  variables: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => isOfTransport(name));
  return gitEnvironment(environment, {
    ...Object.fromEntries(own),
    GIT_TERMINAL_PROMPT: mayAsk === true ? '1' : '0',
    ...(repository.explicit ? { GIT_DIR: repository.gitDir, GIT_WORK_TREE: repository.root } : {}),
    ...variables,
  });
}

/** How a person reaches a host, as the environment says it; never which repository, index or objects are meant. */
function isOfTransport(name: string): boolean {
  return /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|PROXY_COMMAND|SSL_\w+|HTTP_\w+|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+|CONFIG_PARAMETERS|ALLOW_PROTOCOL|PROTOCOL_FROM_USER)$/.test(
    name,
  );
}

function gitNotStarted(cause: unknown): LockstepError {
  return new LockstepError({
    code: 'program-not-started',
    message: systemErrorCode(cause) === 'ENOENT' ? 'git was not found.' : 'git could not be started.',
    mend: 'Install git, or put it on PATH.',
    cause,
  });
}
