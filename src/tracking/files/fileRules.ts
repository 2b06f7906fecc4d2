/** Finds the rule of `lockstep.yaml` that names a file. */
import type { TrackingRules } from '../trackingRules.ts';

export type FileRule = TrackingRules['files'][number];

/** @param path Relative to the repository, forward slashes. The first rule that fits counts. */
export function ruleFor(path: string, rules: readonly FileRule[]): FileRule | undefined {
  return rules.find(rule => matcher(rule.path).test(path));
}

const matchers = new Map<string, RegExp>();
const mostMatchers = 200;

/** `*` and `?` stay within a folder, `**` crosses folders. */
function matcher(pattern: string): RegExp {
  const known = matchers.get(pattern);
  if (known !== undefined) return known;
  const source = pattern
    .replaceAll('\\', '/')
    .replace(/^\.\//, '')
    // Several stars in a row mean no more than two, and cost time without end.
    .replace(/\*{3,}/g, '**')
    .replace(/(?:\*\*\/)+/g, '**/')
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map(part => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      return part.replace(/[.+^${}()|[\]]/g, String.raw`\$&`);
    })
    .join('');
  const made = new RegExp(`^${source}$`, 'su');
  if (matchers.size < mostMatchers) matchers.set(pattern, made);
  return made;
}
