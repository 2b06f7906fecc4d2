/** A folder for one test, with a space in its path because users have that; gone afterwards. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder extends AsyncDisposable {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Deletes the folder with all it holds; a second call does nothing. */
  remove(): Promise<void>;
}

/** Makes an empty folder. Either `await using folder = await temporaryFolder()` or `folder.remove()` ends it. */
export async function temporaryFolder(name = 'lockstep test'): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `${name} `)));
  const remove = async (): Promise<void> => {
    // A process that is just ending may still write into the folder: deletion tries again for a while.
    await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  return { path, remove, [Symbol.asyncDispose]: remove };
}
