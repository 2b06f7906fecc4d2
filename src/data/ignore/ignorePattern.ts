/**
 * One line of a `.gitignore` or `.dvcignore`. No regular expressions: patterns come from strangers, and matching must
 * stay proportional to pattern times path. Source: gitignore(5); pathspec `patterns/gitignore/spec.py`.
 */
import { compileGlob, type Glob } from './glob.ts';

export interface IgnorePattern {
  /** `!pattern`: what matches is not ignored after all. */
  readonly negated: boolean;
  /** `pattern/`: matches folders only. */
  readonly folderOnly: boolean;
  /** `pattern/**`: matches what lies inside. */
  readonly insideOnly: boolean;
  /** `'**'` stands for any number of folders. */
  readonly segments: readonly (Glob | '**')[];
  /** Of `/name` without wildcards, with which thousands of pinned files are kept from git: the only name it matches. */
  readonly onlyName?: string;
}

/** Undefined for blank lines, comments, and what git discards. `line` without its end. */
export function parseIgnorePattern(line: string): IgnorePattern | undefined {
  const text = line.replace(/(?<!\\)[ \t\r]+$/, '');
  if (text === '' || text.startsWith('#') || text === '/') return undefined;
  const negated = text.startsWith('!');
  const words = (negated ? text.slice(1) : text)
    .split('/')
    .filter((word, index, all) => word !== '**' || all[index - 1] !== '**');
  const folderOnly = words.length > 1 && words.at(-1) === '';
  if (folderOnly) words.pop();
  if (words[0] === '' && words.length > 1) words.shift();
  else if (words.length === 1 && words[0] !== '**') words.unshift('**');
  const insideOnly = words.length > 1 && words.at(-1) === '**';
  if (insideOnly) words.pop();
  const segments: (Glob | '**')[] = [];
  for (const word of words) {
    if (word === '**') {
      if (segments.at(-1) !== '**') segments.push('**');
      continue;
    }
    const glob = compileGlob(word);
    if (glob === undefined) return undefined;
    segments.push(glob);
  }
  if (segments.length === 0) return undefined;
  const onlyName = segments.length === 1 && !insideOnly ? literalName(words[0] ?? '') : undefined;
  return { negated, folderOnly, insideOnly, segments, ...(onlyName === undefined ? {} : { onlyName }) };
}

function literalName(word: string): string | undefined {
  return /^(?:[^*?[\\]|\\.)+$/su.test(word) ? word.replace(/\\(.)/gsu, '$1') : undefined;
}

/**
 * How many leading parts of `parts` the pattern can match, from 1; 0 for none. With `whole`, only all of them count.
 * `'**'` alone matches everything.
 */
export function matchedParts(pattern: IgnorePattern, parts: readonly string[], whole: boolean): number {
  const { segments } = pattern;
  const [first, second] = segments;
  if (segments.length === 1 && first === '**') return parts.length;
  // By far the most: a name, in any folder.
  if (segments.length === 2 && first === '**' && second !== undefined && second !== '**') {
    for (let index = whole ? parts.length - 1 : 0; index < parts.length; index++)
      if (second(parts[index] ?? '')) return index + 1;
    return 0;
  }
  let reached: Uint8Array = new Uint8Array(parts.length + 1);
  reached[0] = 1;
  for (const segment of segments) {
    const next = new Uint8Array(parts.length + 1);
    let open = false;
    let any = false;
    for (let at = 0; at <= parts.length; at++) {
      if (reached[at] === 1) open = true;
      if (segment === '**') next[at] = open ? 1 : 0;
      else if (at < parts.length && reached[at] === 1 && segment(parts[at] ?? '')) {
        next[at + 1] = 1;
        any = true;
      }
    }
    if (segment !== '**' && !any) return 0;
    reached = next;
  }
  if (whole) return reached[parts.length] === 1 ? parts.length : 0;
  for (let at = 1; at <= parts.length; at++) if (reached[at] === 1) return at;
  return 0;
}
