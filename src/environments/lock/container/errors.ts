/** What can keep a container from being locked or looked at. */
import { LockstepError } from '../../../base/lockstepError.ts';

export function lockNeedsContainer(config: string): LockstepError {
  return new LockstepError({
    code: 'lock-needs-container',
    message: `There is no container of ${config}.`,
    mend: 'Make it first: lockstep env up',
  });
}

export function lockNeedsRunning(name: string, state: string): LockstepError {
  return new LockstepError({
    code: 'lock-needs-running',
    message: `The container ${name} is ${state}: which packages it has can be told only while it runs.`,
    mend: 'Start it: lockstep env up',
  });
}

export function lockedImageMissing(id: string): LockstepError {
  return new LockstepError({
    code: 'container-image-gone',
    message: `The image ${id} of the container is gone from the engine.`,
    mend: 'Make the container anew: lockstep env rebuild',
  });
}

export function insideUnreadable(name: string, stderr: string): LockstepError {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  return new LockstepError({
    code: 'inside-unreadable',
    message: `The packages in the container ${name} could not be listed${said === '' ? '' : `: ${said}`}.`,
    mend: 'It needs /bin/sh; lockstep env exec sh -c true says whether it answers.',
  });
}

export function lockOfAnotherKind(path: string): LockstepError {
  return new LockstepError({
    code: 'lock-without-container',
    message: `The environment lock ${path} says nothing of a container.`,
    mend: 'Make it anew: lockstep env lock',
  });
}
