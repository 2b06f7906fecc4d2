/** The engine's own program (`docker`, `podman`) as data: what `devcontainer` uses, too, so both see the same containers. */
import { runCommand } from '../../base/runCommand.ts';
import type { Command } from '../../base/runCommand.ts';
import type { Engine } from '../engine/engine.ts';
import { engineGone, engineNotPermitted, engineRefused } from './errors.ts';

export interface EngineCall {
  readonly variables?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/**
 * Resolves with standard output. Rejects with `engine-stopped`, `engine-not-permitted` or `engine-refused`, with the
 * engine's words.
 */
export async function engineCommand(
  engine: Engine,
  args: readonly string[],
  call: EngineCall = {},
): Promise<string> {
  const outcome = await runCommand(engineProcess(engine, args, call));
  if (outcome.exitCode === 0) return outcome.stdout.toString('utf8');
  const said = outcome.stderr.trim().split('\n').at(-1) ?? '';
  if (/permission denied/i.test(said) && /sock|daemon/i.test(said))
    throw engineNotPermitted(engine.kind, said);
  if (/cannot connect|is the docker daemon running|connection refused|error during connect/i.test(said))
    throw engineGone(engine.kind, said);
  throw engineRefused(
    `${engine.kind} ${args[0] ?? ''}`,
    said.replace(/^Error(?: response from daemon)?: /, ''),
  );
}

/** How the engine's program is started with `args`. */
export function engineProcess(engine: Engine, args: readonly string[], call: EngineCall = {}): Command {
  return {
    program: engine.program,
    args,
    env: { ...(call.variables ?? process.env), ...engine.environment },
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    timeoutMs: call.timeoutMs ?? 60_000,
  };
}
