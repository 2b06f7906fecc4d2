/**
 * Removed runs, kept for undo. Each removal is a folder `trash/<ulid>/` that holds the run folders moved there; the
 * ULID tells when. A move is one rename, so a run is always whole in one place or the other.
 */
import { mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeTime, ulid } from 'ulid';
import { isTemporaryName } from '../base/atomicFile.ts';
import { systemErrorCode } from '../base/systemError.ts';
import { recordNotWritten, runNotInTrash, runNotRestored } from './errors.ts';
import { isRunId } from './runFolders.ts';
import { planSchema } from './plan.ts';
import { runPaths, runPathsIn, storePaths, type StorePath } from './runPaths.ts';

const keptMs = 30 * 24 * 60 * 60 * 1000;

/** Moves run folders away. One that is gone already is no failure. Resolves with the ids that were really moved. */
export async function moveToTrash(store: StorePath, ids: readonly string[]): Promise<string[]> {
  const batch = join(storePaths(store).trash, ulid());
  const moved: string[] = [];
  try {
    await mkdir(batch, { recursive: true });
    for (const id of ids) {
      try {
        await rename(runPaths(store, id).dir, join(batch, id));
        moved.push(id);
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOENT') throw error;
      }
    }
  } catch (error) {
    throw recordNotWritten(batch, error);
  }
  return moved;
}

/**
 * Moves a run back, with those of its child runs that went with it. Resolves with the ids of all of them.
 * Throws `run-not-in-trash`, `run-not-restored`.
 */
export async function moveFromTrash(store: StorePath, id: string): Promise<string[]> {
  for (const batch of (await namesIn(storePaths(store).trash)).reverse()) {
    const from = join(storePaths(store).trash, batch);
    if (!(await moveBack(store, from, id))) continue;
    const back = [id];
    // Oldest first: a child run comes before its own child runs.
    for (const other of await namesIn(from))
      if (back.includes((await parentOf(join(from, other))) ?? '') && (await moveBack(store, from, other)))
        back.push(other);
    // Only an empty folder goes; others of the same removal keep it.
    await rmdir(from).catch(() => undefined);
    return back;
  }
  throw runNotInTrash(id);
}

/** False when it is not there. */
async function moveBack(store: StorePath, from: string, id: string): Promise<boolean> {
  const { dir } = runPaths(store, id);
  try {
    await mkdir(dirname(dir), { recursive: true });
    await rename(join(from, id), dir);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw runNotRestored(id, error);
  }
}

async function parentOf(dir: string): Promise<string | undefined> {
  try {
    return planSchema.pick({ parent: true }).parse(JSON.parse(await readFile(runPathsIn(dir).plan, 'utf8')))
      .parent;
  } catch {
    return undefined;
  }
}

/** Ids in the trash and the folders they lie in, the last removed first. */
export async function listTrash(store: StorePath): Promise<{ id: string; dir: string; removedAt: string }[]> {
  const { trash } = storePaths(store);
  const found: Awaited<ReturnType<typeof listTrash>> = [];
  for (const batch of (await namesIn(trash)).reverse()) {
    const removedAt = timeOf(batch);
    if (removedAt === undefined) continue;
    for (const id of await namesIn(join(trash, batch)))
      if (isRunId(id))
        found.push({ id, dir: join(trash, batch, id), removedAt: new Date(removedAt).toISOString() });
  }
  return found;
}

/** Deletes for good what was removed more than 30 days before `now` (milliseconds); resolves with how many runs went. */
export async function emptyTrash(store: StorePath, now = Date.now()): Promise<number> {
  const { trash } = storePaths(store);
  let emptied = 0;
  for (const batch of await namesIn(trash)) {
    const removedAt = timeOf(batch);
    const old = removedAt !== undefined && now - removedAt > keptMs;
    if (!old && !isTemporaryName(batch)) continue;
    // Renamed first: what is half deleted can never be restored.
    const going = isTemporaryName(batch) ? batch : `.${batch}.tmp`;
    if (going !== batch) await rename(join(trash, batch), join(trash, going)).catch(() => undefined);
    emptied += (await namesIn(join(trash, going))).filter(isRunId).length;
    await rm(join(trash, going), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
  return emptied;
}

function timeOf(batch: string): number | undefined {
  return isRunId(batch) ? decodeTime(batch) : undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort();
}
