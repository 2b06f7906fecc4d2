/** The names by which a command, or its environment, may call the workspace: it can be reached through links. */
import { realpathSync } from 'node:fs';
import { linksToRoot } from '../../execution/capture/nameInRoot.ts';
import type { Plan } from '../../runs/plan.ts';
import { pathsIn } from './pathsIn.ts';

/** @param roots Absolute. @param words In which the names may stand. */
export function workspaceNames(roots: readonly string[], words: Iterable<string>): string[] {
  const paths = [...new Set([...words].flatMap(pathsIn))];
  const names = new Set<string>();
  for (const root of roots) {
    names.add(root);
    names.add(realName(root));
    for (const link of linksToRoot(root, paths)) names.add(link);
  }
  return [...names];
}

/** The command, and the values of variables that it has or had. */
export function wordsOf(
  plan: Plan,
  environment: Readonly<Record<string, string | undefined>>,
  argv: readonly string[] = plan.argv,
): string[] {
  return [
    ...argv,
    ...Object.values(environment).filter(value => value !== undefined),
    ...Object.values(plan.variables).flatMap(one =>
      'value' in one && typeof one.value === 'string' ? [one.value] : [],
    ),
  ];
}

function realName(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
