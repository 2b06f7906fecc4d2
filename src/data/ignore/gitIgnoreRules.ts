/**
 * What git ignores, decided natively: DVC does not collect pin files from there. Reads each `.gitignore` once.
 * Source: gitignore(5): closer files and later lines win; below an ignored folder all is ignored.
 */
import { join } from 'node:path';
import { matchedParts, parseIgnorePattern, type IgnorePattern } from './ignorePattern.ts';
import { readSmallText } from './readSmallText.ts';

export interface GitIgnoreRules {
  /** `path` is relative to the top of the working tree, forward slashes. */
  ignores(path: string, isFolder: boolean): boolean;
}

interface RuleFile {
  /** How many parts of a path lie above the folder of the file. */
  readonly depth: number;
  readonly patterns: readonly IgnorePattern[];
  /** Where in `patterns` stand those that match one name only, by that name. */
  readonly byName: ReadonlyMap<string, readonly number[]>;
  /** Where all the others stand. */
  readonly others: readonly number[];
}

/** `gitRoot` is the top of the working tree; `shared` are files that hold for all of it, weakest first (the person's own, `info/exclude`). */
export function createGitIgnoreRules(gitRoot: string, shared: readonly string[]): GitIgnoreRules {
  const folders = new Map<string, readonly RuleFile[] | 'ignored'>();
  const base = shared.flatMap(path => readRules(path, 0));
  const filesOf = (folder: string): readonly RuleFile[] | 'ignored' => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const found = readFolder(folder);
    folders.set(folder, found);
    return found;
  };
  const readFolder = (folder: string): readonly RuleFile[] | 'ignored' => {
    const outer = folder === '' ? base : filesOf(parentOf(folder));
    if (outer === 'ignored' || (folder !== '' && isIgnored(outer, folder, true))) return 'ignored';
    const depth = folder === '' ? 0 : folder.split('/').length;
    const own = readRules(join(gitRoot, folder, '.gitignore'), depth);
    return own.length === 0 ? outer : [...outer, ...own];
  };
  return {
    ignores(path, isFolder) {
      if (path === '') return false;
      if (isFolder) return filesOf(path) === 'ignored';
      const files = filesOf(parentOf(path));
      return files === 'ignored' || isIgnored(files, path, false);
    },
  };
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function isIgnored(files: readonly RuleFile[], path: string, isFolder: boolean): boolean {
  const parts = path.split('/');
  for (const file of files.toReversed()) {
    const pattern = lastMatch(file, parts.slice(file.depth), isFolder);
    if (pattern !== undefined) return !pattern.negated;
  }
  return false;
}

/** A folder with thousands of pinned files has a line for each: they are looked up, not tried. */
function lastMatch(file: RuleFile, parts: readonly string[], isFolder: boolean): IgnorePattern | undefined {
  const { patterns, byName, others } = file;
  const named = parts.length === 1 ? (byName.get(parts[0] ?? '') ?? []) : [];
  const last = named.findLast(at => isFolder || patterns[at]?.folderOnly === false) ?? -1;
  for (let index = others.length - 1; index >= 0; index--) {
    const at = others[index] ?? 0;
    if (at < last) break;
    const pattern = patterns[at];
    if (pattern === undefined || (pattern.folderOnly && !isFolder)) continue;
    // What `folder/**` names lies inside of the folder, at whatever depth.
    if (pattern.insideOnly) {
      const outer = matchedParts(pattern, parts, false);
      if (outer > 0 && outer < parts.length) return pattern;
    } else if (matchedParts(pattern, parts, true) > 0) return pattern;
  }
  return patterns[last];
}

function readRules(path: string, depth: number): RuleFile[] {
  const text = readSmallText(path);
  if (text === undefined) return [];
  const patterns = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap(line => parseIgnorePattern(line) ?? []);
  if (patterns.length === 0) return [];
  const byName = new Map<string, number[]>();
  const others: number[] = [];
  for (const [at, { onlyName }] of patterns.entries()) {
    const named = onlyName === undefined ? others : byName.get(onlyName);
    if (named !== undefined) named.push(at);
    else if (onlyName !== undefined) byName.set(onlyName, [at]);
  }
  return [{ depth, patterns, byName, others }];
}
