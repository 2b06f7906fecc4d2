/**
 * The half-fetched bytes of one object belong to one process at a time: it takes them by renaming, and gives back under
 * the common name what it could not finish, for itself later or for git-lfs. What a killed process held is taken over.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { processIsGone } from '../../base/processIsGone.ts';
import { systemErrorCode } from '../../base/systemError.ts';

export interface ClaimedPart {
  readonly path: string;
  /** For reading and writing. */
  readonly handle: FileHandle;
  /** Closes it, and gives its bytes back where the file has not been moved away. */
  release(): Promise<void>;
}

/** `folder` is made when missing. Rejects with the system's error. */
export async function claimPart(folder: string, oid: string): Promise<ClaimedPart> {
  await mkdir(folder, { recursive: true });
  const common = join(folder, `${oid}.part`);
  const path = join(folder, `${oid}.${process.pid}-${randomBytes(3).toString('hex')}.part`);
  if (!(await taken(common, path))) {
    for (const name of await readdir(folder)) {
      const owner = name.startsWith(`${oid}.`) ? /\.(\d+)-\w+\.part$/.exec(name)?.[1] : undefined;
      if (owner !== undefined && processIsGone(Number(owner)) && (await taken(join(folder, name), path)))
        break;
    }
  }
  await (await open(path, 'a', 0o644)).close();
  const handle = await open(path, 'r+');
  const release = async (): Promise<void> => {
    const { size } = await handle.stat();
    await handle.close();
    if (size > 0) await taken(path, common);
    else await rm(path, { force: true });
  };
  return { path, handle, release };
}

async function taken(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
