/** Where a run that the editor starts executes, as the setting says. */
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { engineNotUsable } from '../../environments/devcontainer/errors.ts';
import { findDevcontainers } from '../../environments/devcontainer/findDevcontainers.ts';
import { findEngine } from '../../environments/engine/findEngine.ts';
import { devcontainerLaunch, type LaunchPlace } from '../../execution/inside/devcontainerLaunch.ts';
import { environmentNotUp } from '../../execution/inside/errors.ts';
import { lockedPython } from '../../execution/python/lockedPython.ts';
import type { AskedPlace } from './launchRequests.ts';

/**
 * Rejects where the place was named and cannot be had: no engine, nothing up, no lock. `auto` takes this machine
 * then, without asking any engine in a project that has no devcontainer.
 */
export async function launchPlace(
  { kind, engine: choice }: AskedPlace,
  root: string,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<LaunchPlace> {
  const host = { environment: { kind: 'host' } };
  if (kind === 'host') return host;
  if (kind === 'python')
    return {
      environment: await lockedPython({
        ...{ root, variables, signal },
        cacheFolder: lockstepCacheFolder(variables),
      }),
    };
  if (kind === 'auto' && (await findDevcontainers(root)).length === 0) return host;
  const finding = await findEngine({
    settings: choice === '' ? {} : { engine: choice },
    ...{ variables, signal },
  });
  if (finding.engine === undefined) {
    if (kind === 'auto') return host;
    throw engineNotUsable(finding.problem);
  }
  const { engine } = finding;
  if (kind === 'devcontainer') {
    const place = await devcontainerLaunch(engine, root, variables, signal);
    if (place === undefined) throw environmentNotUp(root);
    return place;
  }
  // A devcontainer.json that cannot be read has no container that is up.
  const place = await devcontainerLaunch(engine, root, variables, signal).catch(() => undefined);
  signal.throwIfAborted();
  return place ?? host;
}

/** A path of this machine's Python means nothing inside: there `python3` is the container's. */
export function wordsInside(
  argv: readonly string[],
  { environment }: LaunchPlace,
  interpreter: string | undefined,
): string[] {
  const [program = '', ...args] = argv;
  const moves = environment?.kind === 'devcontainer' && interpreter !== undefined && program === interpreter;
  return moves ? ['python3', ...args] : [...argv];
}
