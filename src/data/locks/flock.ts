/**
 * A lock by flock(2), as zc.lockfile takes it for DVC. Node has no such call, but the lock belongs to the open file,
 * not to the process that asked for it: a `flock` that inherits our descriptor locks it for us and ends. macOS takes
 * the lock with the opening.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import { lockIsLink } from '../errors.ts';
import { describeProcess } from './describeProcess.ts';
import type { LockAttempt } from './withDvcLock.ts';

/** Of BSD, where Node has no name for it. */
const openExclusiveLock = 0x20;

/** One attempt; the file stays when the lock is released, as DVC leaves it. */
export async function takeFlock(path: string): Promise<LockAttempt> {
  // What a repository brings along may be a link to a file of the person: it is neither made nor written to
  // (Windows has no such flag and reads undefined as 0).
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const bsd = process.platform === 'darwin' || process.platform === 'freebsd';
  let handle: FileHandle;
  try {
    handle = await open(path, bsd ? flags | openExclusiveLock | constants.O_NONBLOCK : flags, 0o666);
  } catch (error) {
    if (bsd && systemErrorCode(error) === 'EAGAIN') return { holder: await holderOf(path) };
    if (systemErrorCode(error) === 'ELOOP') throw lockIsLink(path);
    throw error;
  }
  try {
    if (!bsd && !(await lockDescriptor(handle.fd))) {
      await handle.close();
      return { holder: await holderOf(path) };
    }
    await handle.truncate(0);
    await handle.write(` ${process.pid}\n`, 0);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { release: () => handle.close() };
}

/** Which program locks a descriptor for its parent: util-linux and busybox have `flock`, and where DVC is there is Python. */
const lockers: readonly (readonly [string, ...string[]])[] = [
  ['flock', '-xn', '3'],
  [
    'python3',
    '-c',
    'import fcntl, sys\ntry: fcntl.flock(3, fcntl.LOCK_EX | fcntl.LOCK_NB)\nexcept OSError: sys.exit(1)',
  ],
];

/** True also where the system has no such locks (Windows) or no program that takes them: then DVC cannot be kept out. */
async function lockDescriptor(fd: number): Promise<boolean> {
  if (process.platform === 'win32') return true;
  for (const [program, ...args] of lockers) {
    const exitCode = await runWithDescriptor(program, args, fd);
    if (exitCode !== 'not-found') return exitCode === 0;
  }
  return true;
}

function runWithDescriptor(
  program: string,
  args: readonly string[],
  fd: number,
): Promise<number | null | 'not-found'> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', fd] });
    child.on('error', error => {
      if (systemErrorCode(error) === 'ENOENT') resolve('not-found');
      else reject(error);
    });
    child.on('exit', exitCode => resolve(exitCode));
  });
}

async function holderOf(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return Number.isSafeInteger(pid) && pid > 0 ? describeProcess(pid) : undefined;
}
