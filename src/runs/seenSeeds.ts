/** The calls with which a program fixed its seeds, or started at random, in words: for pages, comparisons and verdicts. */
import type { Captured, SeenSeed } from './captured.ts';

/** `numpy.random.seed 7 (train.py:12)`, `random.seed at random (train.py:3)`. */
export function seedText(seed: SeenSeed): string {
  return `${callText(seed)} ${seed.value ?? 'at random'}${placeText(seed)}`;
}

/** One line a call: `random.seed 1, 2, … (train.py:3)`. */
export function seedLines(captured: Captured | undefined): string[] {
  return [...byCall(captured)].map(([call, seeds]) => `${call} ${valuesText(seeds)}${placeText(seeds[0])}`);
}

/** Each call with its values, without their place: what can be compared. */
export function seedsByCall(captured: Captured | undefined): [call: string, values: string][] {
  return [...byCall(captured)].map(([call, seeds]) => [call, valuesText(seeds)]);
}

/** Whether some generator was given a value. */
export function hasFixedSeed(captured: Captured | undefined): boolean {
  return captured?.seeds?.some(({ value }) => value !== undefined && value !== null) === true;
}

/** Calls without a value. */
export function randomStarts(captured: Captured | undefined): SeenSeed[] {
  return captured?.seeds?.filter(({ value }) => value === null) ?? [];
}

/**
 * `numpy.random.seed 7 → 8 (train.py:12)`: calls whose seeds differ. Empty where one of the two was not observed: what
 * was not looked for may have been there.
 */
export function seedDifferences(original: Captured | undefined, now: Captured | undefined): string[] {
  if (original?.seeds === undefined || now?.seeds === undefined) return [];
  const [before, after] = [byCall(original), byCall(now)];
  // Of several programs side by side nobody knows whose first values were noted.
  const ordered = (original.pythons?.length ?? 0) < 2 && (now.pythons?.length ?? 0) < 2;
  const lines: string[] = [];
  for (const call of new Set([...before.keys(), ...after.keys()])) {
    const [first = [], second = []] = [before.get(call), after.get(call)];
    const cut = [...first, ...second].some(isMore);
    if (cut && !ordered) continue;
    const [gone, added] = [without(first, second), without(second, first)];
    if (gone.length === 0 && added.length === 0) continue;
    const place = placeText(added.find(hasPlace) ?? gone.find(hasPlace));
    lines.push(`${call} ${valuesText(gone)} → ${valuesText(added)}${place}`);
  }
  return lines;
}

function byCall(captured: Captured | undefined): Map<string, SeenSeed[]> {
  const calls = new Map<string, SeenSeed[]>();
  for (const seed of captured?.seeds ?? [])
    calls.set(callText(seed), [...(calls.get(callText(seed)) ?? []), seed]);
  return calls;
}

/** `random.seed`, `random.seed in a worker`. */
function callText({ call, worker }: SeenSeed): string {
  return worker === true ? `${call} in a worker` : call;
}

function isMore({ more }: SeenSeed): boolean {
  return more === true;
}

function without(seeds: readonly SeenSeed[], others: readonly SeenSeed[]): SeenSeed[] {
  const known = new Set(others.filter(one => !isMore(one)).map(({ value }) => value));
  return seeds.filter(one => !isMore(one) && !known.has(one.value));
}

function valuesText(seeds: readonly SeenSeed[]): string {
  const words = seeds.map(seed => (isMore(seed) ? '…' : (seed.value ?? 'at random')));
  return words.length === 0 ? '(not set)' : words.join(', ');
}

function hasPlace({ file }: SeenSeed): boolean {
  return file !== undefined;
}

function placeText(seed: SeenSeed | undefined): string {
  if (seed?.file === undefined) return '';
  return ` (${seed.file}${seed.line === undefined ? '' : `:${seed.line}`})`;
}
