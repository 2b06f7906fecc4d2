/**
 * A lock by hard links, for network file systems without flock (`core.hardlink_lock`): a claim file of one's own is
 * linked to the name of the lock, which succeeds for one. The time of the claim says until when it holds.
 * Source: flufl.lock `_lockfile.py`, dvc `lock.py` `HardlinkLock`.
 */
import { hash, randomBytes } from 'node:crypto';
import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { describeProcess, isAlive } from './describeProcess.ts';
import type { LockAttempt } from './withDvcLock.ts';

/** DVC's: long enough that no command outlives it. */
const lifetimeMs = 365 * 24 * 60 * 60 * 1000;
const separator = '|';

export async function takeHardlinkLock(path: string): Promise<LockAttempt> {
  const name = hash('md5', [path, hostname(), process.pid, randomBytes(8).toString('hex')].join('\0'));
  const claim = join(dirname(path), `${name}.lock`);
  // flufl names lock, host, process and a number in the claim; whoever waits reads them.
  const content = [path, hostname(), process.pid, randomBytes(4).readUInt32LE()].join(separator);
  await writeFile(claim, content, { flag: 'wx' });
  try {
    const until = new Date(Date.now() + lifetimeMs);
    await utimes(claim, until, until);
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      if (await linked(claim, path))
        return {
          release: async () => {
            await rm(path, { force: true });
            await rm(claim, { force: true });
          },
        };
      if (!(await breakDead(path))) break;
    }
  } catch (error) {
    await rm(claim, { force: true });
    throw error;
  }
  await rm(claim, { force: true });
  return { holder: await holderOf(path) };
}

async function linked(claim: string, path: string): Promise<boolean> {
  try {
    await link(claim, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** Takes away a lock whose time is over, or whose process of this machine is gone. */
async function breakDead(path: string): Promise<boolean> {
  try {
    const [found, claim] = [await stat(path), await readClaim(path)];
    const dead = claim?.host === hostname() && !isAlive(claim.pid);
    if (found.mtimeMs > Date.now() && !dead) return false;
    await rm(path, { force: true });
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT';
  }
}

async function readClaim(path: string): Promise<{ host: string; pid: number } | undefined> {
  const parts = (await readFile(path, 'utf8').catch(() => '')).split(separator);
  const [host, pid] = [parts.at(-3), Number(parts.at(-2))];
  return host === undefined || !Number.isSafeInteger(pid) || pid <= 0 ? undefined : { host, pid };
}

async function holderOf(path: string): Promise<string | undefined> {
  const claim = await readClaim(path);
  if (claim === undefined) return undefined;
  return claim.host === hostname() ? describeProcess(claim.pid) : `process ${claim.pid} on ${claim.host}`;
}
