/** Source files and compiled modules that a run loaded, as they were, and whether they changed in between. */
import type { SeenLoad, SeenRead } from './readSeen.ts';

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
