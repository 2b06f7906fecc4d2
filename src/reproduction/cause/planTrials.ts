/**
 * Which trials there are to make: everything that differs between two runs and can be set back here, the likeliest
 * first. Invariant: what differs and cannot be set back is named with the reason, never left out.
 */
import { knownValue } from '../../runs/known.ts';
import { seedDifferences } from '../../runs/seenSeeds.ts';
import { holdsParameters } from './changedCode.ts';
import type { ChangedCode } from './changedCode.ts';
import { codeTrials } from './codeTrials.ts';
import type { DivergenceShape } from './divergenceShape.ts';
import { hasRandomHashes } from '../verdict/ingredients/hashSeed.ts';
import { plannedTrial } from './plannedTrial.ts';
import type { ChangedInput, PlannedTrial, TrialSide, UntriedDifference } from './trialChange.ts';
import { variableTrials } from './variableTrials.ts';
import { isNamed, wordTrials } from './wordTrials.ts';
import { weighDifference } from './weighDifference.ts';

export interface TrialQuestion {
  readonly original: TrialSide;
  /** The run that diverged from it. */
  readonly other: TrialSide;
  readonly inputs: readonly ChangedInput[];
  /** Where the two have other code. */
  readonly code?: ChangedCode | undefined;
  readonly shape?: DivergenceShape | undefined;
  /** One of the two came from somebody else. */
  readonly foreign?: boolean | undefined;
  /** It is the other run that is run again, with its own command; else the original's. */
  readonly pair: boolean;
}

export interface TrialPlan {
  readonly trials: readonly PlannedTrial[];
  /** What both lacked to be like themselves. */
  readonly fixing: readonly PlannedTrial[];
  readonly untried: readonly UntriedDifference[];
}

export function planTrials(question: TrialQuestion): TrialPlan {
  const untried: UntriedDifference[] = [];
  // A file that only the original read belongs to the word that names it, and not to a trial of its own.
  const ofWords = question.pair ? question.inputs.filter(one => one.now === undefined) : [];
  const files = ofWords.filter(one => one.source !== undefined);
  const trials = [
    ...inputTrials({ ...question, inputs: question.inputs.filter(one => !files.includes(one)) }, untried),
    ...parameterTrials(question, untried).map(one => withFiles(one, files)),
    ...(question.pair
      ? wordTrials(
          question.original.plan,
          question.other.plan,
          question.shape,
          untried,
          question.foreign,
        ).map(one => withFiles(one, files))
      : []),
    ...codeTrials(question.code, question.pair, untried),
    ...variableTrials(question, untried),
    ...packageTrials(question),
  ];
  seedsOfTheProgram(question, untried);
  hardware(question, untried);
  const weightOf = ({ ingredient, restored }: UntriedDifference): number =>
    ingredient === 'hardware' ? 80 : weighDifference(ingredient, restored, question.shape).weight;
  return {
    trials: trials.sort((a, b) => b.weight - a.weight),
    fixing: fixing(question),
    untried: untried.sort((a, b) => weightOf(b) - weightOf(a)),
  };
}

function withFiles(trial: PlannedTrial, files: readonly ChangedInput[]): PlannedTrial {
  const { words = {}, parameters = {} } = trial.change;
  const values = [...Object.values(words), ...Object.values(parameters)].map(String);
  const named = files.flatMap(({ path, source }) =>
    source !== undefined && isNamed(path, values) ? [[path, source] as const] : [],
  );
  if (named.length === 0) return trial;
  return { ...trial, change: { ...trial.change, inputs: Object.fromEntries(named) } };
}

/** Nobody knows which hashes the two had; with those of a seed two runs tell whether it is that. */
function fixing({ original, other }: TrialQuestion): PlannedTrial[] {
  if (!hasRandomHashes(original) || !hasRandomHashes(other)) return [];
  const change = { variables: { PYTHONHASHSEED: '0' } };
  return [{ ingredient: 'determinism', restored: 'PYTHONHASHSEED=0', change, weight: 0 }];
}

function inputTrials(question: TrialQuestion, untried: UntriedDifference[]): PlannedTrial[] {
  return question.inputs.flatMap(({ path, original, now, source }) => {
    const versions = [original.slice(0, 7), now?.slice(0, 7) ?? '(gone)'] as const;
    if (source !== undefined)
      return [plannedTrial('data', path, versions, question.shape, { inputs: { [path]: source } })];
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
      trials.push(
        plannedTrial('parameters', name, text, question.shape, { parameters: { [name]: from.value } }),
      );
    else if (from === undefined || question.code?.files.some(holdsParameters) !== true)
      untried.push({
        ingredient: 'parameters',
        restored: `${name} ${text[1]} → ${text[0]}`,
        problem: from === undefined ? 'the original did not have it' : 'its value stands in a file',
      });
  }
  return trials;
}

/** Seeds that nothing outside the program decides. */
function seedsOfTheProgram({ original, other, pair }: TrialQuestion, untried: UntriedDifference[]): void {
  const seeds = knownValue(original.plan.seed);
  if (!pair && seeds !== undefined && seeds !== knownValue(other.plan.seed))
    untried.push({
      ingredient: 'parameters',
      restored: `seed ${String(knownValue(other.plan.seed) ?? '(unknown)')} → ${String(seeds)}`,
      problem: 'it is not on the command line',
    });
  for (const line of seedDifferences(other.captured, original.captured))
    untried.push({ ingredient: 'parameters', restored: line, problem: 'the program itself sets it' });
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
    parts.push(plannedTrial('environment', name, versions, question.shape, { packages: [name] }));
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

/** No trial makes another machine of this one. */
function hardware({ original, other }: TrialQuestion, untried: UntriedDifference[]): void {
  const [machine, now] = [knownValue(original.captured?.hardware), knownValue(other.captured?.hardware)];
  if (machine === undefined || now === undefined) return;
  const gpus = (hardware: typeof machine): string =>
    hardware.gpus.map(gpu => gpu.name).join(', ') || 'no GPU';
  if (gpus(machine) !== gpus(now))
    untried.push({
      ingredient: 'hardware',
      restored: `${gpus(now)} → ${gpus(machine)}`,
      problem: 'hardware cannot be set back: this machine has no other GPU',
    });
  if (machine.cpuModel !== undefined && now.cpuModel !== undefined && machine.cpuModel !== now.cpuModel)
    untried.push({
      ingredient: 'hardware',
      restored: `${now.cpuModel} → ${machine.cpuModel}`,
      problem:
        'hardware cannot be set back: this machine has no other processor, only its kernel type can be',
    });
}
