/**
 * Which runs used or made the versions of a path, by their records: what a run read, and what its pins said it was;
 * what a run wrote, by its hash, or what it pinned. Records that do not name the path are not parsed.
 */
import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { capturedSchema } from '../../runs/captured.ts';
import { listRunIds, listShards } from '../../runs/runFolders.ts';
import { planSchema } from '../../runs/plan.ts';
import { resultSchema } from '../../runs/result.ts';
import { runPaths, storePaths, type StorePath } from '../../runs/runPaths.ts';

export interface VersionRuns {
  /** `md5:…` or `sha256:…` → ids of runs, newest first. */
  readonly used: ReadonlyMap<string, readonly string[]>;
  readonly made: ReadonlyMap<string, readonly string[]>;
}

/** `path` is relative to the top of git. Rejects when aborted; a record that cannot be read says nothing. */
export async function runsOfVersions(
  store: StorePath,
  path: string,
  signal?: AbortSignal,
): Promise<VersionRuns> {
  const used = new Map<string, string[]>();
  const made = new Map<string, string[]>();
  const add = (to: Map<string, string[]>, version: string, id: string): void => {
    const ids = to.get(version) ?? [];
    if (!ids.includes(id)) to.set(version, [...ids, id]);
  };
  let breath = performance.now();
  for (const id of idsOf(store)) {
    if (performance.now() - breath > 10) {
      await new Promise(resume => setImmediate(resume));
      signal?.throwIfAborted();
      breath = performance.now();
    }
    const paths = runPaths(store, id);
    const captured = readNaming(paths.captured, path, capturedSchema);
    const inputs = captured?.inputs.filter(input => touches(input.path, path)) ?? [];
    if (inputs.length > 0) {
      const plan = readNaming(paths.plan, path, planSchema);
      for (const pin of plan?.pins ?? []) if (pin.path === path) add(used, pin.object, id);
      for (const input of inputs)
        if (input.path === path && input.sha256 !== undefined) add(used, `sha256:${input.sha256}`, id);
    }
    const result = readNaming(paths.result, path, resultSchema);
    for (const pin of result?.pinned ?? []) if (pin.path === path) add(made, pin.object, id);
    for (const output of result?.outputs ?? [])
      if (output.path === path && output.sha256 !== undefined) add(made, `sha256:${output.sha256}`, id);
  }
  return { used, made };
}

/** Newest first: ids begin with the time. */
function idsOf(store: StorePath): string[] {
  const { runs } = storePaths(store);
  const ids = listShards(runs).flatMap(name => [...listRunIds(runs, name)]);
  return ids.sort().reverse();
}

/** Undefined where the file is not there, is damaged, or does not name the path or a folder above it. */
function readNaming<Schema extends z.ZodType>(
  file: string,
  path: string,
  schema: Schema,
): z.output<Schema> | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const [top = path] = path.split('/');
    if (!text.includes(JSON.stringify(top).slice(1, -1))) return undefined;
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** A folder that was read as a whole, a file in it, or the path itself. */
function touches(used: string, path: string): boolean {
  return used === path || used.startsWith(`${path}/`) || path.startsWith(`${used}/`);
}
