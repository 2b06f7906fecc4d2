/**
 * Brings the devcontainer up as its lock says, where there is one: the locked image beats a build, and a build that was
 * needed is compared with the lock. Without a lock, or when the files have changed since, they are built as they are.
 */
import { errorText } from '../../../base/systemError.ts';
import type { EnvironmentRequest } from '../../devcontainer/environmentRequest.ts';
import { upEnvironment, type UpOutcome, type UsedLock } from '../../devcontainer/upEnvironment.ts';
import { EngineClient } from '../../engine/engineClient.ts';
import { lockPath } from '../lockPaths.ts';
import { readLock, type LockFile } from '../readLock.ts';
import { compareFiles } from './compareFiles.ts';
import { lockedFeatures, lockedFiles } from './lockedFiles.ts';
import { lockedStart } from './lockedStart.ts';
import { verifyContainer } from './verifyContainer.ts';

/** Rejects as upEnvironment does; a lock that cannot be used is a warning. */
export async function upLocked(request: EnvironmentRequest): Promise<UpOutcome> {
  const { root, engine, signal } = request;
  let lock: LockFile | undefined;
  try {
    lock = await readLock(lockPath(root, 'devcontainer'));
  } catch (error) {
    const outcome = await upEnvironment(request);
    return { ...outcome, warnings: [...outcome.warnings, errorText(error)] };
  }
  const locked = lock?.lock.container;
  if (lock === undefined || locked === undefined) return upEnvironment(request);

  let how: UsedLock['how'] | undefined;
  const outcome = await upEnvironment({
    ...request,
    lock: lock.sha256,
    async startFrom(devcontainer, folder) {
      if (devcontainer.config !== locked.config || devcontainer.kind === 'compose') return undefined;
      const features = await lockedFeatures(devcontainer);
      const now = {
        files: await lockedFiles(devcontainer, signal),
        ...(features === undefined ? {} : { features }),
      };
      if (compareFiles({ locked, now }).length > 0) {
        how = 'changed';
        return undefined;
      }
      const client = await EngineClient.connect(engine);
      const start = await lockedStart(locked, devcontainer, folder, client, request);
      how = start.how;
      return start.value;
    },
  });
  if (how === undefined) return outcome;
  return { ...outcome, fromLock: await compared(how, lock, request, outcome) };
}

async function compared(
  how: UsedLock['how'],
  lock: LockFile,
  { root, cacheFolder, variables, engine, signal }: EnvironmentRequest,
  { container }: UpOutcome,
): Promise<UsedLock> {
  // The image is the very one; what differs of files that changed is known.
  if (how !== 'rebuilt') return { how };
  const drift = await verifyContainer({
    ...{ lock, root, cacheFolder, variables, signal, container: container.id },
    engine: () => Promise.resolve({ engine }),
  });
  return { how, drift };
}
