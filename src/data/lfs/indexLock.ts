/**
 * Git's own lock of the index, `index.lock`, taken so that one which a killed process of ours leaves can be told from
 * any other's: it is a second name of `index.lockstep-<process>-…`.
 */
import { randomBytes } from 'node:crypto';
import { link, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIsGone } from '../../base/processIsGone.ts';
import { systemErrorCode } from '../../base/systemError.ts';

export interface IndexLock {
  /** To be written to, then `commit`ted. */
  readonly handle: FileHandle;
  /** Puts what was written in the index's place. */
  commit(): Promise<void>;
  /** To be called at the end, committed or not. */
  release(): Promise<void>;
}

/** Undefined where another git holds it for longer than two seconds. Rejects with the system's error. */
export async function takeIndexLock(gitDir: string): Promise<IndexLock | undefined> {
  const lock = join(gitDir, 'index.lock');
  await releaseAbandoned(gitDir, lock);
  const own = join(gitDir, `index.lockstep-${process.pid}-${randomBytes(4).toString('hex')}`);
  const handle = await open(own, 'wx', 0o644);
  const taken = await tryFor(40, () => link(own, lock)).catch(async (error: unknown) => {
    // A file system without hard links: then as git does.
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemErrorCode(error) ?? '')) throw error;
    return tryFor(40, async () => {
      await (await open(lock, 'wx', 0o644)).close();
      await rename(own, lock);
    });
  });
  if (!taken) {
    await handle.close();
    await rm(own, { force: true });
    return undefined;
  }
  let committed = false;
  return {
    handle,
    async commit() {
      await handle.sync();
      await rename(lock, join(gitDir, 'index'));
      committed = true;
    },
    async release() {
      await handle.close();
      if (!committed) await rm(lock, { force: true });
      await rm(own, { force: true });
    },
  };
}

const ownForm = /^index\.lockstep-(\d+)-[0-9a-f]{8}$/;

async function tryFor(tries: number, take: () => Promise<void>): Promise<boolean> {
  for (let count = 0; count < tries; count++) {
    try {
      await take();
      return true;
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
      await delay(50);
    }
  }
  return false;
}

async function releaseAbandoned(gitDir: string, lock: string): Promise<void> {
  for (const name of await readdir(gitDir)) {
    const owner = ownForm.exec(name)?.[1];
    if (owner === undefined || !processIsGone(Number(owner))) continue;
    const own = join(gitDir, name);
    const [left, held] = await Promise.all([inodeOf(own), inodeOf(lock)]);
    if (left !== undefined && left === held) await rm(lock, { force: true });
    await rm(own, { force: true });
  }
}

async function inodeOf(path: string): Promise<bigint | undefined> {
  return stat(path, { bigint: true }).then(
    found => found.ino,
    () => undefined,
  );
}
