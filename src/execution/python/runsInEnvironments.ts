/** Which managed environments the runs that go on were started with, by their records: also before their Python runs. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunId } from '../../runs/runFolders.ts';
import { runPaths, storePaths } from '../../runs/runPaths.ts';
import { readRunEnd } from '../runEnd.ts';

/** @param stores Of the projects whose runs count. Resolves with a question: is this folder (absolute) named by one? */
export async function runsInEnvironments(stores: readonly string[]): Promise<(folder: string) => boolean> {
  const records: string[] = [];
  for (const store of new Set(stores)) {
    const announced = await readdir(join(storePaths(store).locks, 'live')).catch(() => []);
    for (const id of announced.filter(isRunId)) {
      const paths = runPaths(store, id);
      const end = await readRunEnd(paths);
      if (end !== undefined && !end.stillRunning) continue;
      for (const path of [paths.launch, paths.plan])
        records.push(await readFile(path, 'utf8').catch(() => ''));
    }
  }
  return folder => records.some(text => text.includes(JSON.stringify(folder).slice(1, -1)));
}
