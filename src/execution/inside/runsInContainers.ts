/** Which live runs would end with a container: those whose command runs in it. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunId } from '../../runs/runFolders.ts';
import { runPaths, storePaths } from '../../runs/runPaths.ts';
import { readProcessRecord, readRunEnd } from '../runEnd.ts';

export interface RunInContainer {
  readonly id: string;
  readonly name?: string;
}

/**
 * Oldest first. Runs announce themselves in `locks/live/` (liveRuns.ts); one that ended counts no more.
 * @param containers Full ids.
 */
export async function runsInContainers(
  store: string,
  containers: readonly string[],
): Promise<RunInContainer[]> {
  const found: RunInContainer[] = [];
  const announced = await readdir(join(storePaths(store).locks, 'live')).catch(() => []);
  for (const id of announced.filter(isRunId).sort()) {
    const paths = runPaths(store, id);
    const container = (await readProcessRecord(paths))?.container?.id;
    if (container === undefined || !containers.includes(container)) continue;
    const end = await readRunEnd(paths);
    if (end !== undefined && !end.stillRunning) continue;
    const name = await nameOf(paths.plan);
    found.push({ id, ...(name === undefined ? {} : { name }) });
  }
  return found;
}

async function nameOf(plan: string): Promise<string | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(plan, 'utf8'));
    const name = typeof content === 'object' && content !== null && 'name' in content ? content.name : '';
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}
