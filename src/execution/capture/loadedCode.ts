/**
 * Code that a run loaded and that neither its snapshot nor an environment holds: modules that git ignores (a generated
 * `_version.py`, an extension built in place) and those of a library under development somewhere else.
 */
import { stat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { isBelow } from './ignoredPaths.ts';
import { loadedModules } from './seenLoads.ts';
import type { Seen, SeenLoad } from './readSeen.ts';

export interface LoadedCodeQuestion {
  readonly seen: Seen;
  /** Of the repository or project. Absolute. */
  readonly root: string;
  readonly ignored: (path: string) => boolean;
  /** Of a path relative to the root, forward slashes. */
  readonly isInSnapshot: (path: string) => boolean;
  /** Milliseconds since the epoch: what is younger was made by the run, or beside it. */
  readonly startedAt: number;
}

const mostFiles = 5000;

/** Compilers that work while a program runs keep what they made here. */
const generated = /[/\\](?:torchinductor_|torch_extensions|triton_|ipykernel_)[^/\\]*[/\\]/;

/** As each file was when it was loaded, where that was noted, else as it is now. Never rejects. */
export async function loadedCode(question: LoadedCodeQuestion): Promise<SeenLoad[]> {
  const { seen, root, ignored, isInSnapshot, startedAt } = question;
  const noted = new Map((seen.loads ?? []).map(load => [load.path, load]));
  const written = new Set(seen.writes);
  const found: SeenLoad[] = [];
  for (const path of new Set([...noted.keys(), ...Object.values(loadedModules(seen))])) {
    if (found.length >= mostFiles) break;
    if (!isAbsolute(path) || ignored(path) || written.has(path) || generated.test(path)) continue;
    if (isBelow(path, root) && isInSnapshot(relative(root, path).split(sep).join('/'))) continue;
    const load = noted.get(path) ?? (await asNow(path));
    if (load !== undefined && load.modifiedAt < startedAt) found.push(load);
  }
  return found;
}

async function asNow(path: string): Promise<SeenLoad | undefined> {
  const now = await stat(path).catch(() => undefined);
  return now?.isFile() === true ? { path, size: now.size, modifiedAt: now.mtimeMs } : undefined;
}
