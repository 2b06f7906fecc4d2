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
  for (let file = files.length - 1; file >= 0; file--) {
    const { depth = 0, patterns = [] } = files[file] ?? {};
    const inner = depth === 0 ? parts : parts.slice(depth);
    for (let index = patterns.length - 1; index >= 0; index--) {
      const pattern = patterns[index];
      if (pattern === undefined || (pattern.folderOnly && !isFolder)) continue;
      // What `folder/**` names lies inside of the folder, at whatever depth.
      if (pattern.insideOnly) {
        const outer = matchedParts(pattern, inner, false);
        if (outer > 0 && outer < inner.length) return !pattern.negated;
      } else if (matchedParts(pattern, inner, true) > 0) return !pattern.negated;
    }
  }
  return false;
}

function readRules(path: string, depth: number): RuleFile[] {
  const text = readSmallText(path);
  if (text === undefined) return [];
  const patterns = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap(line => parseIgnorePattern(line) ?? []);
  return patterns.length === 0 ? [] : [{ depth, patterns }];
}
