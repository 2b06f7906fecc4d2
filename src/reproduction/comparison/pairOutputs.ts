/**
 * Which output of a reproduction is which of the original, where programs put the time or a random word into its name:
 * Hydra's `outputs/2026-01-31/17-01-35/`, TensorBoard's `Jan31_17-01-35_host`, `model-3f2a91bc.pt`.
 */
import type { FileUse } from '../../runs/captured.ts';

export interface OutputPair {
  /** That of the original where there is one. */
  readonly path: string;
  readonly original: FileUse | undefined;
  readonly reproduced: FileUse | undefined;
}

/**
 * Sorted by path. What has the same name belongs together. Of the rest, what has the same name but for times, in their
 * order, where both runs wrote as many; and what has the same name but for times and random words, where it is the only
 * one or its content is the same.
 */
export function pairOutputs(
  original: readonly FileUse[],
  reproduced: readonly FileUse[],
): readonly OutputPair[] {
  const second = new Map(reproduced.map(output => [output.path, output]));
  const pairs: OutputPair[] = [];
  const first = new Map<string, FileUse>();
  const pair = (output: FileUse, same: FileUse | undefined): void => {
    first.delete(output.path);
    if (same !== undefined) second.delete(same.path);
    pairs.push({ path: output.path, original: output, reproduced: same });
  };
  for (const output of original) {
    const same = second.get(output.path);
    if (same === undefined && isFile(output)) first.set(output.path, output);
    else pair(output, same);
  }
  for (const { ours, theirs } of grouped(first, second, path => patternOf(path).text)) {
    if (patternOf(ours[0]?.path ?? '').hasWord) continue;
    for (const [at, output] of ours.entries()) {
      const same = ours.length === theirs.length ? theirs[at] : sameContent(output, theirs, second);
      if (same !== undefined) pair(output, same);
    }
  }
  for (const { ours, theirs } of grouped(first, second, wordless)) {
    const words = new Map([...ours, ...theirs].map(({ path }) => [path, wordsOf(path)]));
    const isAlike = (output: FileUse, one: FileUse): boolean =>
      areAlike(words.get(output.path) ?? [], words.get(one.path) ?? []);
    for (const output of ours) {
      const candidates = theirs.filter(one => isAlike(output, one));
      const [only] = candidates;
      const same =
        only !== undefined && candidates.length === 1 && ours.filter(one => isAlike(one, only)).length === 1
          ? only
          : sameContent(output, candidates, second);
      if (same !== undefined) pair(output, same);
    }
  }
  for (const output of first.values()) pair(output, undefined);
  for (const output of second.values())
    pairs.push({ path: output.path, original: undefined, reproduced: output });
  return pairs.sort(byPath);
}

interface Group {
  readonly ours: readonly FileUse[];
  readonly theirs: readonly FileUse[];
}

/** What is left of both runs, by a text made of the path; each in the order of its paths, which is that of its times. */
function grouped(
  first: ReadonlyMap<string, FileUse>,
  second: ReadonlyMap<string, FileUse>,
  textOf: (path: string) => string,
): Group[] {
  const by = (outputs: ReadonlyMap<string, FileUse>): Map<string, FileUse[]> => {
    const groups = new Map<string, FileUse[]>();
    for (const output of [...outputs.values()].filter(isFile).sort(byPath)) {
      const text = textOf(output.path);
      const group = groups.get(text);
      if (group === undefined) groups.set(text, [output]);
      else group.push(output);
    }
    return groups;
  };
  const others = by(second);
  return [...by(first)].map(([text, ours]) => ({ ours, theirs: others.get(text) ?? [] }));
}

function sameContent(
  output: FileUse,
  others: readonly FileUse[],
  left: ReadonlyMap<string, FileUse>,
): FileUse | undefined {
  return others.find(one => one.sha256 !== undefined && one.sha256 === output.sha256 && left.has(one.path));
}

/** Whether two names are one but for the times and random words in them. */
export function isSamePattern(one: string, other: string): boolean {
  return wordless(one) === wordless(other) && areAlike(wordsOf(one), wordsOf(other));
}

/** One in some forty random words has no letter: the other, which is as long, tells that it is none but a number. */
function areAlike(ones: readonly Word[], others: readonly Word[]): boolean {
  return ones.every(({ text, isMixed }, at) => {
    const other = others[at];
    if (other === undefined || text === other.text || (isMixed && other.isMixed)) return true;
    return (
      text.length === other.text.length &&
      (isMixed ? isNumber.test(other.text) : isNumber.test(text) && other.isMixed)
    );
  });
}

function isFile({ problem }: FileUse): boolean {
  return problem !== 'missing';
}

function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  return one.path < other.path ? -1 : 1;
}

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const time = String.raw`[0-2]\d[-_:.h]?[0-5]\d[-_:.m]?[0-5]\ds?(?:[.,_-]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?`;
const date = String.raw`(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])`;
const times = new RegExp(
  [
    String.raw`(?<![0-9])${date}(?:[T_\- ]{0,3}${time})?(?![0-9])`,
    String.raw`(?<![A-Za-z])(?:${months})[0-3]\d[-_]${time}(?![0-9])`,
    // Alone it needs signs between its numbers: 120000 is more often a step.
    String.raw`(?<![0-9])[0-2]\d[-_:][0-5]\d[-_:][0-5]\d(?![0-9])`,
    // Seconds or milliseconds since 1970, from 2017 on.
    String.raw`(?<![0-9])1[5-9]\d{8}(?:\d{3})?(?:\.\d+)?(?![0-9])`,
  ].join('|'),
  'g',
);
const uuids = /(?<![A-Za-z0-9])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![A-Za-z0-9])/g;
/** What may be random: a number or a word of few letters, too. */
const words = /(?<![A-Za-z0-9])[0-9a-f]{6,64}(?![A-Za-z0-9])/g;
const isNumber = /^[0-9]+$/;
const mixed = /^(?=.*[0-9])(?=.*[a-f])/;

/** A path with the places of times and of what is surely random; neither `<` nor `>` stands in for anything else in one. */
function patternOf(path: string): { readonly text: string; readonly hasWord: boolean } {
  const timeless = path.replace(times, '<time>');
  const text = timeless.replace(uuids, '<word>').replace(words, word => (mixed.test(word) ? '<word>' : word));
  return { text, hasWord: text !== timeless };
}

/** Also with the places of what may be random. */
function wordless(path: string): string {
  return path.replace(times, '<time>').replace(uuids, '<word>').replace(words, '<word>');
}

interface Word {
  readonly text: string;
  /** It has letters and digits. */
  readonly isMixed: boolean;
}

function wordsOf(path: string): Word[] {
  const found = path.replace(times, '<time>').replace(uuids, '<uuid>').match(words) ?? [];
  return found.map(text => ({ text, isMixed: mixed.test(text) }));
}
