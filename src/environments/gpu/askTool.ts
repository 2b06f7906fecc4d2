/** Asks a vendor's tool with a time-out: on a sick driver these hang for ever. */
import { setTimeout as delay } from 'node:timers/promises';
import { LockstepError } from '../../base/lockstepError.ts';
import { runCommand } from '../../base/runCommand.ts';

export interface AskOptions {
  /** The environment in which tools are looked for. */
  readonly variables: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that one tool may take. Default 5 s. */
  readonly patienceMs?: number | undefined;
}

export type ToolAnswer =
  | { readonly how: 'answered' | 'failed'; readonly exitCode: number | null; readonly text: string }
  | { readonly how: 'missing' | 'hangs' };

/** `text` is what it printed; of a failure both streams. Rejects only when aborted. */
export async function askTool(
  program: string,
  args: readonly string[],
  options: AskOptions,
): Promise<ToolAnswer> {
  const stop = new AbortController();
  try {
    // A tool that waits within the kernel outlives its own killing: then nobody waits for it any longer.
    const patience = (options.patienceMs ?? 5000) + 250;
    const late = delay<ToolAnswer>(patience, { how: 'hangs' }, { signal: stop.signal, ref: false });
    return await Promise.race([answerOf(program, args, options), late.catch(hangs)]);
  } finally {
    stop.abort();
  }
}

const hangs = (): ToolAnswer => ({ how: 'hangs' });

async function answerOf(
  program: string,
  args: readonly string[],
  { variables, signal, patienceMs }: AskOptions,
): Promise<ToolAnswer> {
  try {
    const { exitCode, stdout, stderr } = await runCommand({
      program,
      args,
      env: { ...variables, LC_ALL: 'C' },
      timeoutMs: patienceMs ?? 5000,
      ...(signal === undefined ? {} : { signal }),
    });
    const printed = stdout.toString('utf8');
    if (exitCode === 0) return { how: 'answered', exitCode, text: printed };
    return { how: 'failed', exitCode, text: `${printed}\n${stderr}`.trim() };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof LockstepError && error.code === 'program-not-started') return { how: 'missing' };
    return hangs();
  }
}
