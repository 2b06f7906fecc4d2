/** What the words of a verdict are made from. */
import type { DifferingOperation, Ingredient } from '../../runs/verdict.ts';
import type { Divergence } from '../cause/findDivergence.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import type { OwnServers } from '../comparison/unheardMetrics.ts';
import { hashSeedUnknown } from './ingredients/hashSeed.ts';
import type { GradedItems, RunEnd } from './gradeReproduction.ts';
import type { StoredPrecision } from './storedPrecision.ts';

export interface ExplainedItems extends GradedItems {
  readonly ingredients: readonly Ingredient[];
  /** The first that computed something else, where both runs recorded theirs. */
  readonly operation?: DifferingOperation | undefined;
  /** Where the counted metrics part; undefined when they do not. */
  readonly divergence?: Divergence | undefined;
  /** To how many decimals each counted metric is stored. */
  readonly precision: readonly StoredPrecision[];
  /** Which of the runs logs to an MLflow server of its own. */
  readonly ownServers?: OwnServers | undefined;
  /** The code that ran makes sets, or asks for hashes. */
  readonly hashOrderMatters?: boolean | undefined;
  /** Of the reproduction. */
  readonly reproductionId?: string | undefined;
  /** Of the original. */
  readonly runId?: string | undefined;
  /** Why the reproduction failed, where more is known than its own words: who has its port. */
  readonly failureCause?: string | undefined;
  /** Names of what its printed lines seem to say, where nobody reads them. */
  readonly unreadLines?: readonly string[] | undefined;
  /** The first step that was compared, where the reproduction went on from a checkpoint. */
  readonly fromStep?: number | undefined;
}

export function countedMetrics(items: ExplainedItems): MetricComparison[] {
  return items.metrics.filter(metric => !metric.verdict.volatile);
}

/** Nothing is known of where its random numbers began, or some begin anew in each run. */
export function isSeedUnseen({ ingredients }: ExplainedItems): boolean {
  const row = ingredients.find(one => one.name === 'parameters');
  return (
    row?.differences.some(
      line => line.startsWith('seed unknown') || line.endsWith(': its numbers are others each time'),
    ) === true
  );
}

/** The order of sets was another one in each run, and the code has sets. */
export function isOrderOpen({ ingredients, hashOrderMatters }: ExplainedItems): boolean {
  const row = ingredients.find(one => one.name === 'determinism');
  return hashOrderMatters === true && row?.differences.includes(hashSeedUnknown) === true;
}

/** In one line, without a full stop. */
export function failureText(end: RunEnd): string {
  if (end.failure !== undefined) return end.failure.replace(/\.$/, '');
  if (end.exceptionType !== undefined) return end.exceptionType;
  if (end.signal !== undefined) return `signal ${end.signal}`;
  return end.exitCode === undefined ? 'an unknown error' : `exit code ${end.exitCode}`;
}
