/**
 * Turns paths into the workspace into paths into the private checkout, wherever they stand in a word: alone, after
 * `--key=`, in a list of folders. Invariant: a longer name that merely begins like the workspace is left alone, and
 * so is everything inside an environment folder (`.venv`), which is used where it is.
 */
import { isAbsolute, relative, resolve, sep } from 'node:path';

export interface Relocation {
  /** The workspace by every name it is known by (the real path, links to it). Absolute, without a final separator. */
  readonly from: readonly string[];
  /** The private checkout. Absolute. */
  readonly to: string;
  /** Folders below the workspace that keep their place: prefixes of Python environments. Absolute. */
  readonly kept: readonly string[];
}

/** `word` with every path into the workspace pointing into the checkout. */
export function relocatePaths(word: string, relocation: Relocation): string {
  let moved = word;
  for (const from of [...relocation.from].sort((a, b) => b.length - a.length)) {
    if (from === '' || from === sep) continue;
    moved = replacePaths(moved, from, relocation);
  }
  return moved;
}

function replacePaths(word: string, from: string, { to, kept }: Relocation): string {
  let done = '';
  let at = 0;
  for (;;) {
    const found = word.indexOf(from, at);
    if (found < 0) return done + word.slice(at);
    const end = found + from.length;
    const path = word.slice(found, endOfPath(word, end));
    const moves =
      beginsHere(word, found) && endsHere(word, end) && !kept.some(folder => isInside(path, folder));
    done += word.slice(at, found) + (moves ? to : from);
    at = end;
  }
}

/** A path begins at the start of a word or after what cannot be part of one: `=`, `:`, `,`, a quote, a scheme, `-I`. */
function beginsHere(word: string, at: number): boolean {
  if (at === 0) return true;
  // `file:///home`, and as databases are named: `sqlite:////home`.
  if (/(?<![\w+.-])[A-Za-z][\w+.-]*:\/\/\/?$/.test(word.slice(Math.max(0, at - 40), at))) return true;
  if (/^-[A-Za-z]$/.test(word.slice(0, at))) return true;
  return !/[\p{L}\p{N}_./\\~-]/u.test(word.charAt(at - 1));
}

function endsHere(word: string, end: number): boolean {
  return end === word.length || /[/\\:;,=\s"')\]}]/.test(word.charAt(end));
}

function endOfPath(word: string, from: number): number {
  const rest = /[:;,\s"')\]}]/.exec(word.slice(from));
  return rest === null ? word.length : from + rest.index;
}

/** Whether `path` is `folder` or lies below it. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}
