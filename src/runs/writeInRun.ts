/**
 * Adds a small file to a folder of a run, named by a new ULID: what anyone may say to a run. Names go up, so that the
 * order of the names is the order of the acts, also after a clock was set back.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeTime, ulid } from 'ulid';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import { systemErrorCode } from '../base/systemError.ts';
import { recordNotWritten, runNotFound } from './errors.ts';
import { isRunId } from './runFolders.ts';
import { runPaths, type StorePath } from './runPaths.ts';

/**
 * Resolves with the ULID of the new file. Throws `run-not-found` when there is no run folder, `record-not-written` for
 * every other failure.
 */
export async function writeInRun(
  store: StorePath,
  runId: string,
  folder: 'annotations' | 'requests' | 'causes',
  value: unknown,
): Promise<string> {
  if (!isRunId(runId)) throw runNotFound(runId);
  const dir = join(runPaths(store, runId).dir, folder);
  try {
    await mkdir(dir).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    });
    const name = nameAfter(await readdir(dir));
    await writeJsonAtomic(join(dir, `${name}.json`), value);
    return name;
  } catch (error) {
    throw systemErrorCode(error) === 'ENOENT' ? runNotFound(runId) : recordNotWritten(dir, error);
  }
}

/** ULIDs hold times up to the year 10889; a name beyond this one is nobody's act. */
const endOfTime = '7Z';

function nameAfter(names: readonly string[]): string {
  const latest = names
    .map(name => name.slice(0, 26))
    .filter(name => isRunId(name) && name < endOfTime)
    .sort()
    .at(-1);
  const name = ulid();
  return latest === undefined || name > latest ? name : ulid(decodeTime(latest) + 1);
}
