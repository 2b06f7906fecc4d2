/**
 * Trials that set variables back, and what libraries said of themselves at the end. A variable that decides the number of
 * threads and the number that a library then had are one difference, and so one trial.
 */
import { isDeepStrictEqual } from 'node:util';
import { isDeterminismVariable } from '../../execution/capture/variables.ts';
import type { Plan } from '../../runs/plan.ts';
import type { DivergenceShape } from './divergenceShape.ts';
import { isHarmlessVariable } from './harmlessVariable.ts';
import { plannedTrial } from './plannedTrial.ts';
import { restorableFacts } from './restorableFacts.ts';
import { isSettableVariable } from './settableVariable.ts';
import type { PlannedTrial, TrialSide, UntriedDifference } from './trialChange.ts';

/** Names of folders are other ones in a private checkout, and are set up by whoever makes it. */
const places =
  /^(PYTHONPATH|PATH|VIRTUAL_ENV.*|CONDA_.*|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|CUDA_HOME|PWD|HOME)$/;

export function variableTrials(
  { original, other, shape }: { original: TrialSide; other: TrialSide; shape?: DivergenceShape | undefined },
  untried: UntriedDifference[],
): PlannedTrial[] {
  const trials: PlannedTrial[] = [];
  const taken = new Set<string>();
  const names = new Set([...Object.keys(original.plan.variables), ...Object.keys(other.plan.variables)]);
  for (const name of [...names].sort()) {
    const before = original.plan.variables[name];
    const after = other.plan.variables[name];
    const [from, to] = [valueOf(before), valueOf(after)];
    if (places.test(name)) continue;
    // Without a value on either side it can be told to differ, and not set.
    if (isHidden(before) || isHidden(after)) {
      const restored = `variable ${name}`;
      if (!isDeepStrictEqual(before, after) && !isHarmlessVariable(name))
        untried.push({ ingredient: 'environment', restored, problem: 'its value is not recorded' });
      continue;
    }
    if (from === to) continue;
    taken.add(name);
    const determinism = isDeterminismVariable(name);
    if (!isSettableVariable(name, from)) {
      untried.push({
        ingredient: determinism ? 'determinism' : 'environment',
        restored: `variable ${name} ${to ?? '(not set)'} → ${from ?? '(not set)'}`,
        problem: 'trials set only variables that decide numbers',
      });
      continue;
    }
    trials.push(
      plannedTrial(
        determinism ? 'determinism' : 'environment',
        determinism ? name : `variable ${name}`,
        [from ?? '(not set)', to ?? '(not set)'],
        shape,
        { variables: { [name]: from ?? null } },
      ),
    );
  }
  for (const fact of restorableFacts(original.captured, other.captured)) {
    const left = Object.entries(fact.variables).filter(([name]) => !taken.has(name));
    if (left.length === 0) continue;
    for (const [name] of left) taken.add(name);
    const variables = Object.fromEntries(left);
    const said = [fact.original, fact.now] as const;
    const trial = plannedTrial(fact.ingredient, fact.name, said, shape, { variables });
    const same = ofThreads(fact) ? trials.findIndex(one => setsThreads(one)) : -1;
    const first = trials[same];
    if (first === undefined) trials.push(trial);
    else
      trials[same] = {
        ...first,
        weight: Math.max(first.weight, trial.weight),
        change: { ...first.change, variables: { ...variables, ...first.change.variables } },
      };
  }
  return trials;
}

function ofThreads({ name }: { readonly name: string }): boolean {
  return name.endsWith('threads') || name === 'cores';
}

function setsThreads({ change: { variables = {} } }: PlannedTrial): boolean {
  return Object.keys(variables).some(name => name.endsWith('_NUM_THREADS'));
}

function valueOf(variable: Plan['variables'][string] | undefined): string | undefined {
  return variable !== undefined && 'value' in variable && typeof variable.value === 'string'
    ? variable.value
    : undefined;
}

function isHidden(variable: Plan['variables'][string] | undefined): boolean {
  return variable !== undefined && valueOf(variable) === undefined;
}
