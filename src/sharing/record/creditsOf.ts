/** Who said what about a run that is about to be shared: whoever shares it, and those who brought the rest here. */
import { readFile } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import { broughtUnreadable } from '../errors.ts';
import { broughtSchema, type Brought } from '../../runs/brought.ts';
import { runPaths, runPathsIn, type StorePath } from '../../runs/runPaths.ts';
import { recordFileOf } from './manifest.ts';

/** @param me Name of whoever shares it; '' for none. By path in the commit; '' for somebody without a name. */
export async function creditsOf(
  store: StorePath,
  { dir, children }: { readonly dir: string; readonly children: readonly string[] },
  me: string,
): Promise<(path: string) => string> {
  const dirs = new Map<string | undefined, string>([
    [undefined, dir],
    ...children.map(child => [child, runPaths(store, child).dir] as const),
  ]);
  const brought = new Map<string | undefined, Brought['statements']>();
  for (const [child, folder] of dirs) brought.set(child, await readBrought(folder));
  return path => {
    const file = recordFileOf(path);
    const statements = brought.get(file?.child) ?? {};
    const name = file?.name ?? '';
    return (Object.hasOwn(statements, name) ? statements[name]?.by : undefined) ?? me;
  };
}

/** None where there is no such file; rejects with `brought-unreadable` rather than take what others said for one's own. */
export async function readBrought(dir: string): Promise<Brought['statements']> {
  const path = runPathsIn(dir).brought;
  try {
    return broughtSchema.parse(JSON.parse(await readFile(path, 'utf8'))).statements;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return {};
    throw broughtUnreadable(path, error);
  }
}
