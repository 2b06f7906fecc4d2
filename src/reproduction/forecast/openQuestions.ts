/**
 * What is still open where nothing is known to stand against equal bits. Invariant: a forecast expects a run to be
 * identical to the last bit only where this is empty; this is the one place that decides it.
 */
import type { ForecastItem } from '../../runs/forecast.ts';
import type { Ingredient } from '../../runs/verdict.ts';
import { isNeeded } from './isNeeded.ts';
import { isSeedUnknown, isSeedUnseen } from './lookAtParameters.ts';

export interface OpenFacts {
  /** What is told by its last characters in a command. */
  readonly runId: string;
  /** Before they are shortened for the page. */
  readonly items: readonly ForecastItem[];
  /** The original beside this machine. */
  readonly ingredients: readonly Ingredient[];
  readonly caps: readonly string[];
  readonly escapes: readonly string[];
}

export interface OpenQuestion {
  /** A clause: `no seed was seen`. */
  readonly text: string;
  /** Nobody saw it; all others are seen, and may make a difference. */
  readonly unseen?: true;
}

/** The gravest first. */
export function openQuestions({ runId, items, ingredients, caps, escapes }: OpenFacts): OpenQuestion[] {
  const questions: OpenQuestion[] = [
    ...escapes.map(escape => ({ text: `${escape}, which is not its private checkout` })),
    ...caps.map(cap => ({ text: cap.replace(/\.+$/, '') })),
    ...items
      .filter(one => one.availability === 'unknown' && isNeeded(one) && !isSeedUnknown(one))
      .map(({ what }) => ({ text: `${what} is not known beforehand` })),
    ...items
      .filter(one => isSeedUnknown(one) && !isSeedUnseen(one))
      .map(({ what, reason }) => ({ text: reason ?? what })),
    ...items.filter(isLackingVariable).map(({ what }) => ({ text: `${what}: not set here` })),
    ...ingredients.flatMap(differenceOf),
  ];
  const probe = `lockstep probe ${runId.slice(-6)} tells`;
  if (items.some(isSeedUnseen)) questions.push({ text: `no seed was seen (${probe})`, unseen: true });
  for (const { what, ingredient, availability } of items)
    if (ingredient === 'determinism' && availability === 'unknown')
      questions.push({ text: `${what} was not set (${probe})`, unseen: true });
  const seen = new Set<string>();
  return questions.filter(({ text }) => !seen.has(text) && seen.add(text).size > 0);
}

/** The open questions of a sentence; undefined where there are none. */
export function openText(questions: readonly OpenQuestion[]): string | undefined {
  const shown = questions.slice(0, shownQuestions).map(({ text }) => text);
  const more = questions.length - shown.length;
  if (shown.length === 0) return undefined;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

const shownQuestions = 2;

function isLackingVariable(item: ForecastItem): boolean {
  return item.ingredient === 'parameters' && item.availability !== 'here' && !isSeedUnknown(item);
}

/** What hardware and switches do to numbers is for the rules of closeness; variables that matter have items of their own. */
function differenceOf({ name, status, differences }: Ingredient): OpenQuestion[] {
  if (status !== 'differs' || name === 'hardware' || name === 'determinism') return [];
  const lines = differences.filter(line => !hiddenVariable.test(line));
  const [first] = lines;
  if (first === undefined) return [];
  const more = lines.length === 1 ? '' : ` and ${lines.length - 1} more`;
  return [{ text: `${names[name]}: ${first}${more}` }];
}

const hiddenVariable = /^variable .* (?:is set only now|was set in the original only|has another value)$/;

const names: Readonly<Record<string, string>> = {
  code: 'the code differs',
  data: 'the data differ',
  parameters: 'the parameters differ',
  environment: 'the environment differs',
};
