/** The folder that runs are kept in: can it be written, and is there room. */
import { randomBytes } from 'node:crypto';
import { mkdir, rmdir, statfs, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import type { DoctorCheck } from '../output/doctorOutput.ts';
import { sizeText } from '../text/describe.ts';

/** Leaves nothing behind that was not there before. */
export async function checkStore(store: string): Promise<DoctorCheck> {
  const made = await mkdir(store, { recursive: true }).catch(
    (error: unknown) => new Error(errorText(error), { cause: error }),
  );
  const probe = join(store, `.doctor.${randomBytes(6).toString('hex')}.tmp`);
  try {
    if (made instanceof Error) throw made.cause;
    await writeFile(probe, 'can this be written');
    await unlink(probe);
    return { name: 'store', status: 'good', found: store };
  } catch (error) {
    return {
      name: 'store',
      status: 'missing',
      found: `${store} cannot be written: ${errorText(error)}`,
      mend: mendOf(error, store),
    };
  } finally {
    if (typeof made === 'string') await rmdir(store).catch(() => undefined);
  }
}

function mendOf(error: unknown, store: string): string {
  switch (systemErrorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `Free some space. The largest runs: du -s ${JSON.stringify(store)}/runs/*/* | sort -n | tail; to remove one: lockstep remove RUN`;
    case 'EROFS':
      return 'The disk is mounted read-only: clone the repository to one that can be written.';
    default:
      return `Give yourself the right to write there: sudo chown -R "$USER" ${JSON.stringify(store)}`;
  }
}

/** Below this, a checkpoint or two end a training. */
const tightBytes = 2_000_000_000;

export async function checkDiskSpace(folder: string): Promise<DoctorCheck> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const good = free >= tightBytes;
    return {
      name: 'disk space',
      status: good ? 'good' : 'warning',
      found: `${sizeText(free)} free`,
      ...(good ? {} : { mend: 'Free some space, or move the repository to a larger disk.' }),
    };
  } catch (error) {
    return {
      name: 'disk space',
      status: 'warning',
      found: `could not be read: ${errorText(error)}`,
      mend: `Look at it: df ${JSON.stringify(folder)}`,
    };
  }
}
