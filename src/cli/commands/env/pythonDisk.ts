/** The managed Python environments of the user: found with the runs of their projects in mind, and removed when asked to. */
import {
  managedEnvironments,
  removeEnvironment,
  unusedEnvironments,
} from '../../../environments/python/managedEnvironments.ts';
import type { ManagedPython } from '../../../environments/python/managedEnvironments.ts';
import { runsInEnvironments } from '../../../execution/python/runsInEnvironments.ts';
import { locateProject } from '../../../git/locateProject.ts';
import { askYes } from '../../askYes.ts';
import type { CliContext } from '../../cliContext.ts';
import { countText, sizeText } from '../../text/describe.ts';
import { pythonText } from '../../text/environmentDiskText.ts';
import type { OpenEnvironment } from './openEnvironment.ts';

export interface RemovedPython {
  readonly removed: readonly ManagedPython[];
  /** Bytes that were given back. */
  readonly freed: number;
  /** How many stay. */
  readonly kept: number;
}

export async function lookAtPython(environment: OpenEnvironment): Promise<ManagedPython[]> {
  const found = await managedEnvironments(environment.cacheFolder);
  const named = await namedByRuns(environment, found);
  return found.map(one => ({ ...one, inUse: one.inUse || named(one.folder) }));
}

/** Says what would go, and asks. Rejects with `confirmation-needed` where nobody can be asked. */
export async function removeUnusedPython(
  environment: OpenEnvironment,
  { days, yes, signal }: { readonly days: number; readonly yes: boolean; readonly signal: AbortSignal },
  context: CliContext,
): Promise<RemovedPython> {
  const all = await lookAtPython(environment);
  const unused = unusedEnvironments(all, days);
  const nothing = { removed: [], freed: 0, kept: all.length };
  if (unused.length === 0) return nothing;
  const frees = unused.reduce((sum, one) => sum + one.frees, 0);
  context.terminal.err(pythonText(unused));
  const what = countText(unused.length, 'environment');
  if (!(await askYes(`Remove ${what} and free ${sizeText(frees)}?`, context, { yes, what }))) {
    signal.throwIfAborted();
    return nothing;
  }
  // Asked again: a run may have begun while somebody thought about it.
  const named = await namedByRuns(environment, unused);
  const removed: ManagedPython[] = [];
  for (const one of unused) if (await removeEnvironment(one, named)) removed.push(one);
  return {
    removed,
    freed: removed.reduce((sum, one) => sum + one.frees, 0),
    kept: all.length - removed.length,
  };
}

async function namedByRuns(
  { project, environment }: OpenEnvironment,
  found: readonly ManagedPython[],
): Promise<(folder: string) => boolean> {
  const roots = new Set(found.flatMap(({ projects }) => projects));
  const stores = await Promise.all(
    [...roots].map(root =>
      locateProject(root, environment).then(
        ({ store }) => [store],
        () => [],
      ),
    ),
  );
  return runsInEnvironments([project.store, ...stores.flat()]);
}
