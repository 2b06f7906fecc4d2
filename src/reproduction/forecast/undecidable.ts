/**
 * Why a verdict is bound to be inconclusive however alike a reproduction turns out: the record of the original has no end,
 * or nothing in it that counts. The same rules as gradeReproduction.ts, asked of the original alone.
 */
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { wasWritten } from '../../runs/wasWritten.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import { readRunMetrics } from '../../tracking/readRunMetrics.ts';
import { isCountedOutput } from '../comparison/compareOutputs.ts';
import { volatileMetricReason, type VolatilePatterns } from '../comparison/volatileNames.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';

export interface UndecidableQuestion {
  readonly original: Pick<
    RunDetails,
    'id' | 'dir' | 'plan' | 'result' | 'reported' | 'requests' | 'stillRunning'
  >;
  readonly options: Pick<Partial<ReproductionOptions>, 'throughStep' | 'forMs'>;
  /** Of lockstep.yaml. */
  readonly volatile: VolatilePatterns;
  readonly signal?: AbortSignal;
}

/** A clause, with what can be asked for instead; undefined where a verdict is possible. Rejects only when aborted. */
export async function undecidable(question: UndecidableQuestion): Promise<string | undefined> {
  const { original, options } = question;
  const { result, plan } = original;
  if (result?.state === 'failed') return undefined;
  const cut = result === undefined || result.state === 'cancelled';
  const part = options.throughStep !== undefined || options.forMs !== undefined;
  const steps = await countedSteps(question);
  if (steps === undefined) return undefined;
  if (cut && !part) {
    const last = Math.floor(Math.max(...steps));
    const end = `the original was ${result === undefined ? 'lost' : 'cancelled'} before its end`;
    return Number.isFinite(last) && last >= 1
      ? `${end}, and what it logged can be compared alone: lockstep reproduce ${original.id.slice(-6)} --steps ${last}`
      : end;
  }
  if (steps.length > 0) return undefined;
  const isStopped = (result?.durationMs ?? 0) >= (options.forMs ?? Infinity);
  if (cut || isStopped) return 'the run has no metric that counts, and files of a part count never';
  const declared = plan?.declaredOutputs ?? [];
  const counted = result.outputs.some(
    output =>
      wasWritten(output) &&
      // It counts where the reproduction writes it as well.
      (output.how === 'ambiguous' || isCountedOutput(output, declared, question.volatile)),
  );
  return counted ? undefined : 'the run has no metric and no output that counts, so nothing can be compared';
}

/** The last step of each metric that counts; undefined where child runs have metrics, too. */
async function countedSteps({
  original,
  volatile,
  signal,
}: UndecidableQuestion): Promise<readonly number[] | undefined> {
  if ((original.reported?.childRuns ?? 0) > 0) return undefined;
  const counts = (key: string): boolean => volatileMetricReason(key, volatile) === undefined;
  const summed = Object.entries(original.result?.metrics ?? {}).filter(([key]) => counts(key));
  if (summed.length > 0) return summed.map(([, { lastStep }]) => lastStep);
  // The summary lacks what only ranks other than the first logged, what was charted since, and all of a lost run.
  const { series } = await readRunMetrics(runPathsIn(original.dir), {
    ...{ metricLines: printsMetrics(original), ended: !original.stillRunning },
    ...(signal === undefined ? {} : { signal }),
  });
  return series
    .filter(({ key, steps }) => counts(key) && steps.length > 0)
    .map(({ steps }) => steps.reduce((most, step) => Math.max(most, step), -Infinity));
}
