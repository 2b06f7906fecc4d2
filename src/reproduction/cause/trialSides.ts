/** What the records say of the two runs that trials stand between. */
import { recordedPath } from '../../execution/capture/nameInRoot.ts';
import type { FileUse, Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import type { RunStore } from '../../runs/runStore.ts';
import { judgedSeries } from '../comparison/judgedSeries.ts';
import { planMissing } from '../errors.ts';
import { checkoutLayout } from '../restore/checkoutLayout.ts';
import { readPreparation } from '../restore/preparationRecord.ts';
import { endOf } from '../verdict/endOf.ts';
import type { RunEnd } from '../verdict/gradeReproduction.ts';
import type { ComparedRun } from './joinsOriginal.ts';
import type { TrialSide } from './trialChange.ts';

export async function comparedRun(runs: RunStore, run: RunDetails): Promise<ComparedRun> {
  return {
    series: await judgedSeries(runs, run, printsMetrics(run)),
    outputs: await outputsByRecordedNames(runs, run),
    end: endOfRun(run),
  };
}

export function endOfRun({ plan, result }: RunDetails): RunEnd {
  return endOf({ result, roots: plan === undefined ? [] : [plan.root] });
}

/** Of a reproduction by the names that they had in the run that it reproduces, as a verdict compares them. */
async function outputsByRecordedNames(runs: RunStore, { dir, plan, result }: RunDetails): Promise<FileUse[]> {
  const outputs = result?.outputs ?? [];
  if (plan?.reproduces === undefined) return outputs;
  const base = (await readPreparation(runPathsIn(dir)))?.base;
  const root = (await runs.read(plan.reproduces).catch(() => undefined))?.plan?.root;
  if (base === undefined || root === undefined) return outputs;
  const layout = checkoutLayout(base, root);
  return outputs.map(output => ({ ...output, path: recordedPath(layout.original(output.path), root) }));
}

/** Rejects with `plan-missing`. */
export async function trialSide(store: string, run: RunDetails): Promise<TrialSide> {
  const list = knownValue(run.captured?.packages)?.list;
  const packages: Package[] | undefined =
    list === undefined ? undefined : await readPackageList(store, list).catch(() => undefined);
  if (run.plan === undefined) throw planMissing(run.id, run.problems[0]);
  // Packages are set back on this machine, where what ran in a container does not go unasked.
  const inContainer = run.plan.environment.container !== undefined;
  return { plan: run.plan, captured: run.captured, packages: inContainer ? undefined : packages };
}

/** Of packages that come from an address of their own: `six 1.17.0 from https://…`. */
export function sourcesOf(packages: readonly Package[]): string[] {
  const lines = packages.flatMap(({ name, version, url, editable }) =>
    url === undefined || editable === true ? [] : [`${name} ${version} from ${url}`],
  );
  return [...new Set(lines)].sort();
}
