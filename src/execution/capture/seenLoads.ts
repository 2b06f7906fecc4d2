/** Source files and compiled modules that a run loaded, as they were, and whether they changed in between. */
import type { Seen, SeenLoad, SeenRead } from './readSeen.ts';

/**
 * Modules that were really loaded, by name. Of a process that was killed only the files are known: such a module goes
 * by its path without the ending.
 */
export function loadedModules(seen: Seen): Record<string, string> {
  const modules = new Map(Object.entries(seen.modules));
  const known = new Set(modules.values());
  for (const path of seen.code) {
    const source = sourceOf(path);
    if (known.has(source) || known.has(path)) continue;
    known.add(source);
    modules.set(source.replace(/\.pyw?$/, ''), source);
  }
  return Object.fromEntries([...modules].filter(([name]) => name !== '__proto__'));
}

/** A .pyc in __pycache__ stands for the source beside that folder. */
export function sourceOf(path: string): string {
  return path.replace(/\/__pycache__\/([^/.]+)\.[^/]+\.pyc$/, '/$1.py');
}

export function noteLoad(loads: Map<string, SeenLoad>, load: SeenRead): void {
  const first = loads.get(load.path);
  if (first === undefined) {
    loads.set(load.path, load);
    return;
  }
  loads.set(load.path, {
    ...{ ...first, ...latest(first.touchedAt, load.touchedAt) },
    ...(first.size !== load.size || first.modifiedAt !== load.modifiedAt ? { changed: true } : {}),
  });
}

export function latest(one: number | undefined, other: number | undefined): { touchedAt?: number } {
  const times = [one, other].filter(time => time !== undefined);
  return times.length === 0 ? {} : { touchedAt: Math.max(...times) };
}
