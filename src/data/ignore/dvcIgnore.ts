/**
 * What DVC does not look at: `.dvcignore` files of the repository, the built-in rules, and folders that are data
 * repositories of their own. A path is tested from its first part on: below an ignored folder all is ignored.
 * Source: dvc `ignore.py`, `pathspec_math.py`.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { matchedParts, parseIgnorePattern, type IgnorePattern } from './ignorePattern.ts';
import { readSmallText } from './readSmallText.ts';

export interface DvcIgnore {
  /** `path` is relative to the data root, forward slashes. A path below an ignored folder is ignored. */
  ignores(path: string, isFolder: boolean): boolean;
  /** Whether someone wrote a rule that files in this folder (relative to the data root, '' for the root) must be held against. */
  hasRulesFor(folder: string): boolean;
}

/** Where the rules are read from, where that is not the disk: a commit, say. Paths are relative to the data root. */
export interface IgnoreSource {
  readText(path: string): string | undefined;
  /** Whether the folder holds a `.dvc` folder. */
  isDataRoot(folder: string): boolean;
}

/** Reads `.dvcignore` files when they are needed, each once. */
export function createDvcIgnore(root: string, source: IgnoreSource = diskSource(root)): DvcIgnore {
  return new DvcIgnoreRules(source);
}

const builtIn = ['.hg/', '.git/', '.git', '.dvc/'].flatMap(line => parseIgnorePattern(line) ?? []);

class DvcIgnoreRules implements DvcIgnore {
  readonly #source: IgnoreSource;
  /** For each folder: the rules for what lies in it, or 'ignored'. */
  readonly #folders = new Map<string, readonly IgnorePattern[] | 'ignored'>();

  constructor(source: IgnoreSource) {
    this.#source = source;
  }

  ignores(path: string, isFolder: boolean): boolean {
    if (path === '' || path === '.') return false;
    if (isFolder) return this.#rulesOf(path) === 'ignored';
    const slash = path.lastIndexOf('/');
    const rules = this.#rulesOf(slash < 0 ? '' : path.slice(0, slash));
    return rules === 'ignored' || isIgnored(rules, path, false);
  }

  hasRulesFor(folder: string): boolean {
    return this.#rulesOf(folder) !== builtIn;
  }

  #rulesOf(folder: string): readonly IgnorePattern[] | 'ignored' {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const found = this.#readRules(folder);
    this.#folders.set(folder, found);
    return found;
  }

  #readRules(folder: string): readonly IgnorePattern[] | 'ignored' {
    if (folder !== '') {
      const slash = folder.lastIndexOf('/');
      const outer = this.#rulesOf(slash < 0 ? '' : folder.slice(0, slash));
      if (outer === 'ignored' || isIgnored(outer, folder, true)) return 'ignored';
      if (this.#source.isDataRoot(folder)) return 'ignored';
      return this.#withOwn(folder, outer);
    }
    return this.#withOwn('', builtIn);
  }

  #withOwn(folder: string, outer: readonly IgnorePattern[]): readonly IgnorePattern[] {
    const path = folder === '' ? '.dvcignore' : `${folder}/.dvcignore`;
    if (isIgnored(outer, path, false)) return outer;
    const text = this.#source.readText(path);
    if (text === undefined) return outer;
    const own = text.split(/\r\n|\r|\n/).flatMap(line => {
      const stripped = line.trim();
      if (stripped === '' || stripped.startsWith('#')) return [];
      return parseIgnorePattern(folder === '' ? stripped : movedPattern(stripped, folder)) ?? [];
    });
    return own.length === 0 ? outer : [...outer, ...own];
  }
}

/** The last rule that matches decides; a rule also matches what lies below what it names. */
function isIgnored(rules: readonly IgnorePattern[], path: string, isFolder: boolean): boolean {
  const parts = path.split('/');
  for (let index = rules.length - 1; index >= 0; index--) {
    const rule = rules[index];
    if (rule === undefined || (rule.folderOnly && !isFolder)) continue;
    const matched = matchedParts(rule, parts, false);
    if (matched === 0) continue;
    if (rule.insideOnly && matched === parts.length && !isFolder) continue;
    return !rule.negated;
  }
  return false;
}

/** A pattern of a `.dvcignore` in `folder`, as it would stand in the one of the root. */
function movedPattern(pattern: string, folder: string): string {
  const negated = pattern.startsWith('!');
  let rule = negated ? pattern.slice(1) : pattern;
  const anchored = rule.slice(0, -1).includes('/') && !rule.startsWith('**/');
  rule = rule.replace(anchored ? /^\// : /^\*\*\//, '').replace(/^\\/, '');
  return `${negated ? '!' : ''}/${folder}/${anchored ? '' : '**/'}${rule}`;
}

function diskSource(root: string): IgnoreSource {
  return {
    readText(path) {
      return readSmallText(join(root, path));
    },
    isDataRoot: folder => statSync(join(root, folder, '.dvc'), { throwIfNoEntry: false }) !== undefined,
  };
}
