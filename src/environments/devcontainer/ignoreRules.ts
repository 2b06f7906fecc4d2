/** `.dockerignore` (https://docs.docker.com/build/concepts/context/#dockerignore-files): what of a folder a build does not see. */

/** Takes a path relative to the context, forward slashes. */
export type Ignored = (path: string) => boolean;

/** The last pattern that matches a path or a folder around it decides; `!` takes it back in. */
export function ignoreRules(text: string): Ignored {
  const rules = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter(line => !line.startsWith('#'))
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => {
      const negative = line.startsWith('!');
      const pattern = cleaned(negative ? line.slice(1).trim() : line);
      return { negative, matches: patternOf(pattern) };
    });
  return path => {
    let ignored = false;
    for (const { negative, matches } of rules)
      if (matches.test(path) || foldersOf(path).some(folder => matches.test(folder))) ignored = !negative;
    return ignored;
  };
}

/** Whether a path, or a folder around it, is what a pattern of COPY (`*.txt`, `src`, `.`) names. */
export function copied(patterns: readonly string[]): (path: string) => boolean {
  const all = patterns.map(pattern => cleaned(pattern));
  if (all.includes('')) return () => true;
  const expressions = all.map(patternOf);
  return path => [path, ...foldersOf(path)].some(one => expressions.some(expression => expression.test(one)));
}

function cleaned(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Go's filepath.Match with `**` for any number of folders. */
function patternOf(pattern: string): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? '';
    if (character === '*') {
      if (pattern[index + 1] === '*') {
        index += 1;
        if (pattern[index + 1] === '/') {
          index += 1;
          source += '(?:.*/)?';
        } else source += '.*';
      } else source += '[^/]*';
    } else if (character === '?') source += '[^/]';
    else if (character === '[') {
      const end = pattern.indexOf(']', index + 2);
      if (end < 0) source += '\\[';
      else {
        const inside = pattern.slice(index + 1, end).replace(/[\\\]]/g, '\\$&');
        source += inside.startsWith('^') ? `[^${inside.slice(1).replaceAll('^', '\\^')}]` : `[${inside}]`;
        index = end;
      }
    } else source += character.replace(/[.+^${}()|\\/]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // A range that is none (`[z-a]`): it names nothing, as in the builder.
    return /^(?!)/;
  }
}
