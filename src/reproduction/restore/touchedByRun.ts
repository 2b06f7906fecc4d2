/** What an ended reproduction changed of the workspace, or tried to, from its record alone: for those without a verdict. */
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import { checkoutLayout } from './checkoutLayout.ts';
import { readPreparation } from './preparationRecord.ts';
import { isTouched, touchedWorkspace } from './touchedWorkspace.ts';
import type { TouchedWorkspace } from './touchedWorkspace.ts';

export interface TouchedRun {
  readonly run: RunDetails;
  /** Of the run that it reproduces, and of the workspace. Absolute. */
  readonly originalRoot: string;
  readonly workspace: string;
  readonly store: string;
}

/** Undefined where it touched nothing, or nothing is known of it. */
export async function touchedByRun({
  run,
  originalRoot,
  workspace,
  store,
}: TouchedRun): Promise<TouchedWorkspace | undefined> {
  const paths = runPathsIn(run.dir);
  const preparation = await readPreparation(paths);
  if (preparation?.base === undefined) return undefined;
  const touched = await touchedWorkspace({
    ...{ captured: run.captured, result: run.result, preparation },
    places: {
      roots: [...new Set([originalRoot, workspace])],
      own: [preparation.base, store, ...preparation.environmentFolders],
    },
    checkout: checkoutLayout(preparation.base, originalRoot).checkout,
    logs: [paths.stderr, paths.stdout],
  });
  return isTouched(touched, run.state === 'failed') ? touched : undefined;
}
