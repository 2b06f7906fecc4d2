/**
 * The secrets of a command that its plan hides, looked for where the program may have said them again. Only the
 * supervisor that was given the command knows them: what it does not note at the end, nobody can find out later.
 */
import { open, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { hiddenSecret } from '../../base/secretText.ts';

const placeholder = /\$\{ENV:[^}]+\}|<secret>/g;
/** A shorter value is part of many words: it counts only as a word of its own. */
const leastDistinct = 6;
const chunkBytes = 1024 * 1024;

/**
 * What stood where the recorded words have a placeholder; of a login in a URL its password, too. Undefined when that
 * is not known: a supervisor that took the run over has only the recorded words.
 * @param recorded The same words as they are recorded.
 */
export function hiddenValues(
  argv: readonly string[],
  recorded: readonly string[],
  secretArguments: readonly number[],
): string[] | undefined {
  const values = new Set<string>();
  for (const index of secretArguments) {
    const [word, shown] = [argv[index], recorded[index]];
    if (word === undefined || shown === undefined || word === shown) return undefined;
    const parts = shown.split(placeholder).map(escaped);
    const match = new RegExp(`^${parts.join('([^]*?)')}$`).exec(word);
    if (match === null) return undefined;
    for (const value of match.slice(1)) {
      values.add(value);
      if (shown.includes('://')) values.add(value.slice(value.indexOf(':') + 1));
    }
  }
  values.delete('');
  return [...values];
}

/** Finds the values as they are, as JSON and Python quote them, and in URLs. @param encoded For bytes read as latin1. */
export function patternOf(values: readonly string[], encoded = false): RegExp {
  const forms = new Set(
    values.flatMap(value => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]),
  );
  const parts = [...forms]
    // The longest first: a value may be the beginning of another.
    .sort((one, other) => other.length - one.length)
    .map(form => {
      const source = escaped(encoded ? Buffer.from(form).toString('latin1') : form);
      return form.length < leastDistinct ? `(?<![\\w-])${source}(?![\\w-])` : source;
    });
  return new RegExp(parts.length === 0 ? '(?!)' : parts.join('|'), 'g');
}

/** `text` with the values replaced. */
export function hideValues(text: string, values: readonly string[]): string {
  return text.replace(patternOf(values), hiddenSecret);
}

/**
 * The files below `dir` that hold one of the values, relative, with `/`, sorted. A file that cannot be read counts as
 * one that does: it may.
 */
export async function filesHolding(dir: string, values: readonly string[]): Promise<string[]> {
  if (values.length === 0) return [];
  const pattern = patternOf(values, true);
  const overlap = 1 + Math.max(...values.map(value => 12 * Buffer.byteLength(value)));
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (await holds(path, pattern, overlap).catch(() => true))
      found.push(relative(dir, path).split(sep).join('/'));
  }
  return found.sort();
}

/** @param overlap In bytes; no form of a value is longer. */
async function holds(path: string, pattern: RegExp, overlap: number): Promise<boolean> {
  await using file = await open(path, 'r');
  const buffer = Buffer.allocUnsafe(chunkBytes + overlap);
  let kept = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, kept, chunkBytes, null);
    if (bytesRead === 0) return false;
    const end = kept + bytesRead;
    if (buffer.toString('latin1', 0, end).search(pattern) >= 0) return true;
    kept = Math.min(overlap, end);
    buffer.copyWithin(0, end - kept, end);
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
