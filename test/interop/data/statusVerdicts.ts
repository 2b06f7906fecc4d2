/** `dvc status --json` and `lockstep data status` in one form: path → verdict in dvc's words, only where there is one. */
import { posix } from 'node:path';
import * as z from 'zod';
import type { DataStatus, PathStatus } from '../../../src/data/operations/dataStatus.ts';

const dvcStatusSchema = z.record(
  z.string(),
  z.array(z.union([z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))])),
);

/** `document`: what `dvc status --json` prints. Dependencies of stages are not data of this commit. */
export function dvcVerdicts(document: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  for (const changes of Object.values(dvcStatusSchema.parse(document)))
    for (const change of changes)
      if (typeof change !== 'string')
        for (const [path, verdict] of Object.entries(change['changed outs'] ?? {}))
          found[posix.normalize(path)] = String(verdict);
  return sorted(found);
}

export function ourVerdicts({ paths }: DataStatus): Record<string, string> {
  const found: Record<string, string> = {};
  for (const one of paths) {
    const verdict = verdictOf(one);
    if (verdict !== undefined) found[one.path] = verdict;
  }
  return sorted(found);
}

/** dvc says one thing of each output, and the cache first. */
function verdictOf({ state, notInCache, current }: PathStatus): string | undefined {
  if (notInCache !== undefined) return 'not in cache';
  switch (state) {
    case 'in-sync':
      return undefined;
    case 'missing':
      return 'deleted';
    case 'partly':
    case 'modified':
      return 'modified';
    case 'unpinned':
      return current === undefined ? 'deleted' : 'modified';
  }
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
