/** The environment that `--env` names, ready for a run: a managed one is made first where it is not there yet. */
import { lockstepCacheFolder } from '../base/lockstepCacheFolder.ts';
import type { Engine } from '../environments/engine/engine.ts';
import { lockedPython } from '../execution/python/lockedPython.ts';
import { exitCodes } from './cliContext.ts';
import type { CliContext } from './cliContext.ts';
import { runEnvironment } from './runEnvironment.ts';
import type { RunEnvironment } from './runEnvironment.ts';
import { isOwnFailure, reportOwn } from './superviseFromTerminal.ts';
import type { SuperviseOptions } from './superviseFromTerminal.ts';
import { buildLine } from './text/buildLine.ts';
import { printable } from './text/printable.ts';

/**
 * The exit code in place of the environment when it cannot be had, which has been told then, or Ctrl-C ended it.
 * Rejects with wrong use; and, where no program's exit code would be passed on, with why it cannot be had.
 * @param root Of the project. Absolute.
 * @param engine Of beginEngine, where the caller has begun to look for it.
 */
export async function environmentForRun(
  kind: string,
  root: string,
  options: SuperviseOptions,
  context: CliContext,
  engine?: Promise<Engine>,
): Promise<RunEnvironment | number> {
  if (kind !== 'python') {
    const { place, newer } = await runEnvironment(kind, root, context.env, context.signal, engine);
    if (newer.length > 0)
      context.terminal.err(
        `lockstep: the container is older than ${newer.map(printable).join(' and ')}; to make it anew: lockstep env rebuild\n`,
      );
    return place;
  }
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const line = buildLine(
    context.terminal,
    'making the Python environment of the lock; it is kept for later runs',
  );
  try {
    const environment = await lockedPython({
      root,
      variables: context.env,
      cacheFolder: lockstepCacheFolder(context.env),
      onProgress: line.show,
      signal: AbortSignal.any([context.signal, stop.signal]),
    });
    return { environment };
  } catch (error) {
    line.clear();
    if (stop.signal.aborted) return exitCodes.cancelled;
    if (options.detach || !isOwnFailure(error)) throw error;
    return reportOwn(error, context, options.json);
  } finally {
    line.clear();
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
