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
 * order, where both runs wrote as many; and what has the same name but for random words, where it is the only one or
 * its content is the same.
 */
export function pairOutputs(
  original: readonly FileUse[],
  reproduced: readonly FileUse[],
): readonly OutputPair[] {
  const second = new Map(reproduced.map(output => [output.path, output]));
  const pairs: OutputPair[] = [];
  const left: FileUse[] = [];
  for (const output of original) {
    const same = second.get(output.path);
    second.delete(output.path);
    if (same === undefined && isFile(output)) left.push(output);
    else pairs.push({ path: output.path, original: output, reproduced: same });
  }
  const others = byPattern([...second.values()].filter(isFile));
  for (const [text, ours] of byPattern(left)) {
    const theirs = others.get(text) ?? [];
    const isAlone = ours.length === 1 && theirs.length === 1;
    const inOrder = isAlone || (ours.length === theirs.length && !patternOf(ours[0]?.path ?? '').hasWord);
    for (const [at, output] of ours.entries()) {
      const same = inOrder
        ? theirs[at]
        : theirs.find(
            one => one.sha256 !== undefined && one.sha256 === output.sha256 && second.has(one.path),
          );
      if (same !== undefined) second.delete(same.path);
      pairs.push({ path: output.path, original: output, reproduced: same });
    }
  }
  for (const output of second.values())
    pairs.push({ path: output.path, original: undefined, reproduced: output });
  return pairs.sort(byPath);
}

/** Each group in the order of its paths, which is that of its times. */
function byPattern(outputs: readonly FileUse[]): Map<string, FileUse[]> {
  const groups = new Map<string, FileUse[]>();
  for (const output of outputs.toSorted(byPath)) {
    const { text } = patternOf(output.path);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [output]);
    else group.push(output);
  }
  return groups;
}

/** Whether two names are one but for the times and random words in them. */
export function isSamePattern(one: string, other: string): boolean {
  return patternOf(one).text === patternOf(other).text;
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
const words =
  /(?<![A-Za-z0-9])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{6,64})(?![A-Za-z0-9])/g;

/** A path with the places of times and random words; neither `<` nor `>` stands in for anything else in one pattern. */
function patternOf(path: string): { readonly text: string; readonly hasWord: boolean } {
  const timeless = path.replace(times, '<time>');
  const text = timeless.replace(words, '<word>');
  return { text, hasWord: text !== timeless };
}
