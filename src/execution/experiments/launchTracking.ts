/** Which rules of `lockstep.yaml` about metrics a run gets. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { runPathsIn } from '../../runs/runPaths.ts';
import { trackingRulesSchema } from '../../tracking/trackingRules.ts';
import type { TrackingRules } from '../../tracking/trackingRules.ts';
import type { ExperimentFile } from './experimentFile.ts';
import { readExperiments } from './readExperiments.ts';

/** Those of the experiment first, so that they win; then those for every run of the repository. */
export function trackingOf(file: ExperimentFile, experiment: string | undefined): TrackingRules {
  const own =
    experiment !== undefined && Object.hasOwn(file.experiments, experiment)
      ? file.experiments[experiment]?.metrics
      : undefined;
  return {
    files: [...(own?.files ?? []), ...(file.metrics?.files ?? [])],
    patterns: [...new Set([...(own?.patterns ?? []), ...(file.metrics?.patterns ?? [])])],
  };
}

/** Throws `experiment-file-wrong`: a run whose metrics would be missing is better not started. */
export async function readTracking(root: string, experiment?: string): Promise<TrackingRules> {
  return trackingOf(await readExperiments(root), experiment);
}

const launchedSchema = z.looseObject({ tracking: trackingRulesSchema });

/** Those that a run was started with; undefined where that is not known any more. @param dir Of the run. */
export async function launchedTracking(dir: string): Promise<TrackingRules | undefined> {
  try {
    return launchedSchema.parse(JSON.parse(await readFile(runPathsIn(dir).launch, 'utf8'))).tracking;
  } catch {
    return undefined;
  }
}
