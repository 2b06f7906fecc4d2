/** Images that runs were made in: a reproduction needs the very one. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storePaths, type StorePath } from './runPaths.ts';

/** Ids (`sha256:…`) that any plan of the store names; of a plan that cannot be parsed, too. */
export async function imagesOfRuns(store: StorePath): Promise<Set<string>> {
  const found = new Set<string>();
  const { runs } = storePaths(store);
  for (const shard of await readdir(runs).catch(() => []))
    for (const id of await readdir(join(runs, shard)).catch(() => [])) {
      const text = await readFile(join(runs, shard, id, 'plan.json'), 'utf8').catch(() => '');
      for (const [, image = ''] of text.matchAll(/"imageId"\s*:\s*"(sha256:[0-9a-f]{64})"/g))
        found.add(image);
    }
  return found;
}
