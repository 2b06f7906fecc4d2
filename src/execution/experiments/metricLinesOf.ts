/** Whether printed `key: value` lines become metrics in a run that is about to start. */
import type { StorePath } from '../../runs/runPaths.ts';
import { readMetricLineChoice, type CommandIdentity } from '../../tracking/metricLineChoice.ts';
import { readExperiments } from './readExperiments.ts';

/**
 * What the experiment says, else what a person answered for this command, else `metricLines` of lockstep.yaml.
 * Throws `experiment-file-wrong`.
 */
export async function metricLinesOf(
  project: { readonly store: StorePath; readonly root: string },
  command: CommandIdentity,
  ofExperiment: boolean | undefined,
): Promise<boolean> {
  return (
    ofExperiment ??
    (await readMetricLineChoice(project.store, command)) ??
    (await readExperiments(project.root)).metricLines ??
    false
  );
}
