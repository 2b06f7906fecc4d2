/** What one trial sets back to the original, as data; trials of several ingredients are merged ones. */
import type { Captured, Package } from '../../runs/captured.ts';
import type { ParameterValue, Plan } from '../../runs/plan.ts';
import type { IngredientName } from '../../runs/verdict.ts';

export interface TrialChange {
  /** null: not set. */
  readonly variables?: Readonly<Record<string, string | null>>;
  /** Path as recorded → absolute path of a file with the recorded content. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Names of packages that get the version of the original. */
  readonly packages?: readonly string[];
  /** Files of the code that are as in the snapshot of the original, as compareTrees names them. */
  readonly code?: readonly string[];
  /** Values on the command line. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  /** Words of the command by their place in argv. */
  readonly words?: Readonly<Record<number, string>>;
}

export interface TrialSide {
  readonly plan: Plan;
  readonly captured?: Captured | undefined;
  readonly packages?: readonly Package[] | undefined;
}

/** An input whose content was another one in the original. */
export interface ChangedInput {
  readonly path: string;
  readonly original: string;
  readonly now: string | undefined;
  /** A file with the content of the original; undefined where it is nowhere to be found. */
  readonly source: string | undefined;
}

export interface PlannedTrial {
  readonly ingredient: IngredientName;
  /** One line: `OMP_NUM_THREADS 2 → 1`. */
  readonly restored: string;
  readonly change: TrialChange;
  /** How much it can explain, see weighDifference.ts. */
  readonly weight: number;
  /** The same in smaller parts, to be tried by halves when the whole joins. */
  readonly parts?: readonly PlannedTrial[];
}

/** What differs and cannot be set back here. */
export interface UntriedDifference {
  readonly ingredient: IngredientName;
  readonly restored: string;
  readonly problem: string;
}

export function mergeChanges(changes: readonly TrialChange[]): TrialChange {
  const packages = changes.flatMap(change => change.packages ?? []);
  const code = changes.flatMap(change => change.code ?? []);
  return {
    variables: Object.assign({}, ...changes.map(change => change.variables)) as Record<string, string | null>,
    inputs: Object.assign({}, ...changes.map(change => change.inputs)) as Record<string, string>,
    parameters: Object.assign({}, ...changes.map(change => change.parameters)) as Record<
      string,
      ParameterValue
    >,
    words: Object.assign({}, ...changes.map(change => change.words)) as Record<number, string>,
    ...(packages.length === 0 ? {} : { packages }),
    ...(code.length === 0 ? {} : { code }),
  };
}
