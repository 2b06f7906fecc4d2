/** The cause in plain words: what differs, the likeliest first and why, and what the shape of the divergence tells. */
import type { DifferingOperation, Ingredient, MetricVerdict } from '../../runs/verdict.ts';
import { formatRelative } from '../../series/formatNumber.ts';
import type { Divergence } from './findDivergence.ts';
import { isUnknown, likely, suspects } from './suspects.ts';

/**
 * What is the same and what differs: empty when no ingredient is known to differ. An ingredient that is unknown is never
 * called identical.
 */
export function differenceSentences(
  ingredients: readonly Ingredient[],
  divergence: Divergence | undefined,
): string[] {
  const all = suspects(ingredients, knownShape(divergence));
  const ranked = all.filter(({ weight }) => weight > 0);
  const [first, second] = ranked;
  if (all.length === 0) return [];
  const same = ingredients.filter(one => one.status === 'same');
  const sentences: string[] = [];
  if (same.length > 0)
    sentences.push(
      `${capitalised(list(same.map(labelOf)))} ${same.length === 1 && !plural(same[0]) ? 'is' : 'are'} identical.`,
    );
  if (first === undefined) {
    sentences.push(`What differs decides no numbers: ${shortList(all.map(one => one.difference))}.`);
    return sentences;
  }
  const names = [...new Set(ranked.map(one => one.ingredient))];
  const groups = names.map(name => {
    const lines = ranked.filter(one => one.ingredient === name).map(one => one.difference);
    return `${labels[name]} (${shortList(lines)})`;
  });
  sentences.push(`What differs: ${groups.join('; ')}.`);
  if (divergence === undefined || first.weight < likely || first.why === undefined) return sentences;
  // Two that explain it equally well are not told apart by a guess.
  const alone = second === undefined || second.weight < first.weight - 4;
  sentences.push(
    ranked.length === 1
      ? `${capitalised(first.why)}.`
      : alone
        ? `The likeliest cause is ${first.difference}: ${first.why}.`
        : `The likeliest causes are ${first.difference} and ${second.difference}: ${first.why}${
            second.why === undefined || second.why === first.why ? '' : `, ${second.why}`
          }.`,
  );
  return sentences;
}

/** Whether something differs, and nothing of it decides a number. */
export function differsHarmlessly(ingredients: readonly Ingredient[]): boolean {
  const all = suspects(ingredients);
  return all.length > 0 && all.every(({ weight }) => weight === 0);
}

/** Below this a difference hardly explains anything. */
const conceivable = 20;

/**
 * Something differs, or is not known, that may explain it: then nothing is guessed. A seed that nobody saw is a guess, and
 * so is that of hashes, which hardly any program sets.
 */
export function hasCandidate(
  ingredients: readonly Ingredient[],
  divergence: Divergence | undefined,
): boolean {
  return (
    suspects(ingredients, knownShape(divergence)).some(one => one.weight >= conceivable) ||
    unknownLines(ingredients).some(({ lines }) => lines.some(line => !ofSeeds.test(line)))
  );
}

const ofSeeds = /^(hash )?seed unknown|: its numbers are others each time$/;

/** The call that was seen to begin random numbers anew in each run: `random.seed at random (train.py:9)`. */
function randomStart(ingredients: readonly Ingredient[]): string | undefined {
  const lines = ingredients.flatMap(one => (one.name === 'parameters' ? one.differences : []));
  return lines
    .map(line => /^(.*): its numbers are others each time$/.exec(line)?.[1])
    .find(call => call !== undefined);
}

/** What could not be compared: undefined when nothing. */
export function unknownSentence(ingredients: readonly Ingredient[]): string | undefined {
  const unknown = unknownLines(ingredients);
  if (unknown.length === 0) return undefined;
  return `Unknown: ${unknown.map(({ one, lines }) => `${labelOf(one)} (${shortList(lines)})`).join('; ')}.`;
}

function unknownLines(
  ingredients: readonly Ingredient[],
): { readonly one: Ingredient; readonly lines: readonly string[] }[] {
  return ingredients
    .map(one => ({
      one,
      lines: one.status === 'unknown' ? one.differences : one.differences.filter(isUnknown),
    }))
    .filter(({ one, lines }) => one.status === 'unknown' || (one.status === 'differs' && lines.length > 0));
}

/**
 * How the curves part and, where no ingredient explains it, what kind of thing does so. A guess, worded as one.
 * What {@link hasCandidate} is true for is told without a guess.
 */
export function shapeSentence(
  divergence: Divergence,
  ingredients: readonly Ingredient[],
  seedKnown: boolean,
): string {
  const explained = hasCandidate(ingredients, divergence);
  const { key, step } = divergence;
  const relative = divergence.relative ?? Infinity;
  const apart = Number.isFinite(relative) ? `relative ${shortNumber(relative)}` : 'not a ratio';
  const guess = (fact: string, kind: string): string =>
    explained ? `${fact}.` : `${fact}; ${kind} may be why.`;
  switch (knownShape(divergence)) {
    case 'from-the-start':
      return seedKnown || explained
        ? guess(
            `The first values already differ (${key}, ${apart} at step ${step})`,
            'the order of the data, initial weights or a random number that no seed controls',
          )
        : `The first values already differ and ${isSeedless(ingredients) ? 'no seed is known' : 'not every generator has a seed'}: ${unseededText(ingredients)}.`;
    case 'growing':
      return guess(
        `The difference starts small (${apart} at step ${step}) and grows`,
        smallStart(seedKnown, ingredients),
      );
    case 'sudden':
      return guess(
        `The values part suddenly at step ${step} (${key}, ${apart})`,
        'the order of the data, going on from a checkpoint or the time of day',
      );
    case 'final-only':
      return guess(
        `Only the last value of ${key} differs (${apart}), all that led to it is equal`,
        'how the result is evaluated, or on what,',
      );
    default:
      return relative < 1e-3
        ? guess(`The difference starts small (${apart} at step ${step})`, smallStart(seedKnown, ingredients))
        : `The values of ${key} part at step ${step} (${apart}); how they go on says no more.`;
  }
}

/** Whether no seed of the two is known at all. */
export function isSeedless(ingredients: readonly Ingredient[]): boolean {
  return ingredients.some(({ differences }) => differences.some(line => line.startsWith('seed unknown')));
}

/** What was seen to begin anew in each run, else a guess. */
function unseededText(ingredients: readonly Ingredient[]): string {
  const call = randomStart(ingredients);
  return call === undefined
    ? 'the program may draw random numbers without one'
    : `the numbers of ${call} are others each time`;
}

/** A random number without a seed may start as small as rounding does. */
function smallStart(seedKnown: boolean, ingredients: readonly Ingredient[]): string {
  const call = randomStart(ingredients);
  if (call !== undefined) return `${call}, whose numbers are others each time,`;
  return seedKnown
    ? 'the order of floating-point sums, as with threads or GPU kernels,'
    : 'a random number that no seed controls, or the order of floating-point sums,';
}

/** `The first operation that computes something else is aten::mm (train.py:12), after 3 steps of the optimizer.` */
export function operationSentence({ name, file, line, instead, afterSteps }: DifferingOperation): string {
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  const other = instead === undefined ? '' : ` instead of ${instead}`;
  const when =
    afterSteps === undefined
      ? ''
      : afterSteps === 0
        ? ', before the first step of the optimizer'
        : `, after ${afterSteps} ${afterSteps === 1 ? 'step' : 'steps'} of the optimizer`;
  return `The first operation that computes something else is ${name}${other}${place}${when}.`;
}

/** `Its last value is 0.412 instead of 0.413.` Undefined where it is the same, or one side has none. */
export function lastValueSentence(metric: MetricVerdict | undefined): string | undefined {
  const { originalLast: before, reproducedLast: now } = metric ?? {};
  if (metric === undefined || before === undefined || now === undefined) return undefined;
  if (before === now || (Number.isNaN(before) && Number.isNaN(now)))
    return `The last value of ${metric.key} is the same (${shortNumber(before)}).`;
  return `The last value of ${metric.key} is ${distinctNumbers(now, before)}.`;
}

type KnownShape = 'from-the-start' | 'growing' | 'sudden' | 'final-only' | 'unclear';

function knownShape(divergence: Divergence | undefined): KnownShape | undefined {
  const known: readonly KnownShape[] = ['from-the-start', 'growing', 'sudden', 'final-only', 'unclear'];
  return known.find(shape => shape === divergence?.shape);
}

function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7)) return formatRelative(value);
  return String(Number(value.toPrecision(4)));
}

/** With as many digits as it takes to tell them apart. */
function distinctNumbers(now: number, before: number): string {
  for (const digits of [4, 7, 17]) {
    const [one, two] = [now, before].map(value => String(Number(value.toPrecision(digits))));
    if (one !== two) return `${one ?? ''} instead of ${two ?? ''}`;
  }
  return `${now} instead of ${before}`;
}

const labels: Readonly<Record<Ingredient['name'], string>> = {
  code: 'code',
  data: 'data',
  parameters: 'parameters and seed',
  environment: 'environment',
  hardware: 'hardware',
  determinism: 'determinism settings',
};

function labelOf(ingredient: Ingredient): string {
  return labels[ingredient.name];
}

function plural(ingredient: Ingredient | undefined): boolean {
  return (
    ingredient?.name === 'parameters' || ingredient?.name === 'determinism' || ingredient?.name === 'data'
  );
}

function shortList(lines: readonly string[]): string {
  const shown = lines.slice(0, 3).join(', ');
  return lines.length > 3 ? `${shown}, and ${lines.length - 3} more` : shown;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
