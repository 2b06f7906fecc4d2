/** The results of the newest runs of a store, as they are on disk: for questions that no index answers. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { fileUseSchema } from './captured.ts';
import { pinnedPathSchema } from './plan.ts';
import { listRunIds, listShards } from './runFolders.ts';
import { runPaths, storePaths, type StorePath } from './runPaths.ts';

const recordedSchema = z.looseObject({
  outputs: z.array(fileUseSchema),
  pinned: z.array(pinnedPathSchema).optional(),
});

export interface RecentResult extends z.infer<typeof recordedSchema> {
  readonly id: string;
}

/** So many are read at most: a question about all runs of years would take seconds. */
const mostRuns = 200;

/** Newest first; what cannot be read is passed over. */
export async function* recentResults(store: StorePath): AsyncGenerator<RecentResult> {
  const { runs } = storePaths(store);
  const ids = listShards(runs).flatMap(shard => listRunIds(runs, shard));
  for (const id of ids.sort().reverse().slice(0, mostRuns)) {
    const text = await readFile(runPaths(store, id).result, 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : recordedSchema.safeParse(jsonOf(text));
    if (parsed?.success === true) yield { ...parsed.data, id };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
