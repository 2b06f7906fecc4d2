/**
 * Which trials there are to make: everything that differs between two runs and can be set back here, the likeliest
 * first. Invariant: what differs and cannot be set back is named with the reason, never left out.
 */
import type { Captured, Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import { seedDifferences } from '../../runs/seenSeeds.ts';
import { isDeterminismVariable } from '../../execution/capture/variables.ts';
import type { DivergenceShape } from './divergenceShape.ts';
import { isSettableVariable } from './settableVariable.ts';
import { restorableFacts } from './restorableFacts.ts';
import type { PlannedTrial, TrialChange, UntriedDifference } from './trialChange.ts';
import { weighDifference } from './weighDifference.ts';

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

export interface TrialQuestion {
  readonly original: TrialSide;
  /** The run that diverged from it. */
  readonly other: TrialSide;
  readonly inputs: readonly ChangedInput[];
  readonly shape?: DivergenceShape | undefined;
  /** It is the other run that is run again, with its own command; else the original's. */
  readonly pair: boolean;
}

export interface TrialPlan {
  readonly trials: readonly PlannedTrial[];
  readonly untried: readonly UntriedDifference[];
}

export function planTrials(question: TrialQuestion): TrialPlan {
  const untried: UntriedDifference[] = [];
  const trials = [
    ...inputTrials(question, untried),
    ...parameterTrials(question, untried),
    ...variableTrials(question, untried),
    ...packageTrials(question),
  ];
  codeAndHardware(question, untried);
  return { trials: trials.sort((a, b) => b.weight - a.weight), untried };
}

function planned(
  ingredient: PlannedTrial['ingredient'],
  name: string,
  [original, now]: readonly [string, string],
  { shape }: TrialQuestion,
  change: TrialChange,
): PlannedTrial {
  const { weight } = weighDifference(ingredient, `${name} ${original} → ${now}`, shape);
  return { ingredient, restored: `${name} ${now} → ${original}`, change, weight };
}

function inputTrials(question: TrialQuestion, untried: UntriedDifference[]): PlannedTrial[] {
  return question.inputs.flatMap(({ path, original, now, source }) => {
    const versions = [original.slice(0, 7), now?.slice(0, 7) ?? '(gone)'] as const;
    if (source !== undefined)
      return [planned('data', path, versions, question, { inputs: { [path]: source } })];
    untried.push({
      ingredient: 'data',
      restored: `${path} ${versions[1]} → ${versions[0]}`,
      problem: 'the content that the original read is not here any more',
    });
    return [];
  });
}

/** A reproduction has the command of the original, so there is nothing to set back. */
function parameterTrials(question: TrialQuestion, untried: UntriedDifference[]): PlannedTrial[] {
  if (!question.pair) return [];
  const before = question.original.plan.parameters;
  const after = question.other.plan.parameters;
  const trials: PlannedTrial[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [from, to] = [before[name], after[name]];
    if (from?.value === to?.value) continue;
    const text = [String(from?.value ?? '(not set)'), String(to?.value ?? '(not set)')] as const;
    if (from !== undefined && to?.source !== 'file' && from.source !== 'file')
      trials.push(planned('parameters', name, text, question, { parameters: { [name]: from.value } }));
    else
      untried.push({
        ingredient: 'parameters',
        restored: `${name} ${text[1]} → ${text[0]}`,
        problem: from === undefined ? 'the original did not have it' : 'its value stands in a file',
      });
  }
  return trials;
}

/** Names of folders are other ones in a private checkout, and are set up by whoever makes it. */
const places =
  /^(PYTHONPATH|PATH|VIRTUAL_ENV.*|CONDA_.*|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|CUDA_HOME|PWD|HOME)$/;

function variableTrials(question: TrialQuestion, untried: UntriedDifference[]): PlannedTrial[] {
  const { original, other } = question;
  const trials: PlannedTrial[] = [];
  const taken = new Set<string>();
  const names = new Set([...Object.keys(original.plan.variables), ...Object.keys(other.plan.variables)]);
  for (const name of [...names].sort()) {
    const before = original.plan.variables[name];
    const after = other.plan.variables[name];
    const [from, to] = [valueOf(before), valueOf(after)];
    if (places.test(name) || from === to) continue;
    // Without a value on either side it can be told to differ, and not set.
    if (isHidden(before) || isHidden(after)) continue;
    taken.add(name);
    if (!isSettableVariable(name, from)) {
      untried.push({
        ingredient: isDeterminismVariable(name) ? 'determinism' : 'environment',
        restored: `variable ${name} ${to ?? '(not set)'} → ${from ?? '(not set)'}`,
        problem: 'trials set only variables that decide numbers',
      });
      continue;
    }
    trials.push(
      planned(
        isDeterminismVariable(name) ? 'determinism' : 'environment',
        isDeterminismVariable(name) ? name : `variable ${name}`,
        [from ?? '(not set)', to ?? '(not set)'],
        question,
        { variables: { [name]: from ?? null } },
      ),
    );
  }
  for (const fact of restorableFacts(original.captured, other.captured)) {
    if (Object.keys(fact.variables).every(name => taken.has(name))) continue;
    for (const name of Object.keys(fact.variables)) taken.add(name);
    trials.push(
      planned(fact.ingredient, fact.name, [fact.original, fact.now], question, {
        variables: fact.variables,
      }),
    );
  }
  const seeds = knownValue(original.plan.seed);
  if (!question.pair && seeds !== undefined && seeds !== knownValue(other.plan.seed))
    untried.push({
      ingredient: 'parameters',
      restored: `seed ${String(knownValue(other.plan.seed) ?? '(unknown)')} → ${String(seeds)}`,
      problem: 'it is not on the command line',
    });
  for (const line of seedDifferences(other.captured, original.captured))
    untried.push({ ingredient: 'parameters', restored: line, problem: 'the program itself sets it' });
  return trials;
}

function valueOf(variable: Plan['variables'][string] | undefined): string | undefined {
  return variable !== undefined && 'value' in variable && typeof variable.value === 'string'
    ? variable.value
    : undefined;
}

function isHidden(variable: Plan['variables'][string] | undefined): boolean {
  return variable !== undefined && valueOf(variable) === undefined;
}

/** All packages in one trial, whose parts are tried by halves when it joins. */
function packageTrials(question: TrialQuestion): PlannedTrial[] {
  const { original, other } = question;
  if (original.packages === undefined || other.packages === undefined) return [];
  const before = new Map(original.packages.map(one => [one.name, one]));
  const after = new Map(other.packages.map(one => [one.name, one]));
  const parts: PlannedTrial[] = [];
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [from, to] = [before.get(name), after.get(name)];
    // An editable install is code: the checkout has it.
    if (from?.editable === true || to?.editable === true) continue;
    const other =
      from?.version === to?.version &&
      from?.contents !== undefined &&
      to?.contents !== undefined &&
      from.contents !== to.contents;
    if (from?.version === to?.version && !other) continue;
    const versions = other
      ? ([`${from.version} as it was`, 'with other files'] as const)
      : ([from?.version ?? '(not installed)', to?.version ?? '(not installed)'] as const);
    parts.push(planned('environment', name, versions, question, { packages: [name] }));
  }
  const [first] = parts.sort((a, b) => b.weight - a.weight);
  if (first === undefined || parts.length === 1) return parts;
  return [
    {
      ...first,
      restored: `${parts.length} packages as they were (${parts
        .slice(0, 3)
        .map(part => part.restored)
        .join(', ')}${parts.length > 3 ? ', …' : ''})`,
      change: { packages: parts.flatMap(part => part.change.packages ?? []) },
      parts,
    },
  ];
}

function codeAndHardware({ original, other }: TrialQuestion, untried: UntriedDifference[]): void {
  const [before, after] = [knownValue(original.plan.code), knownValue(other.plan.code)];
  if (before !== undefined && after !== undefined && before.tree !== after.tree)
    untried.push({
      ingredient: 'code',
      restored: `snapshot ${after.tree.slice(0, 7)} → ${before.tree.slice(0, 7)}`,
      problem: 'two runs of the same code are needed',
    });
  const [machine, now] = [knownValue(original.captured?.hardware), knownValue(other.captured?.hardware)];
  if (machine === undefined || now === undefined) return;
  const gpus = (hardware: typeof machine): string =>
    hardware.gpus.map(gpu => gpu.name).join(', ') || 'no GPU';
  if (gpus(machine) !== gpus(now))
    untried.push({
      ingredient: 'hardware',
      restored: `${gpus(now)} → ${gpus(machine)}`,
      problem: 'this machine has no other GPU',
    });
  if (machine.cpuModel !== undefined && now.cpuModel !== undefined && machine.cpuModel !== now.cpuModel)
    untried.push({
      ingredient: 'hardware',
      restored: `${now.cpuModel} → ${machine.cpuModel}`,
      problem: 'this machine has no other processor; only its kernel type can be set back',
    });
}
