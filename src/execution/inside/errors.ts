/** The failures of running a command inside a container. */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText } from '../../base/systemError.ts';

/** Carries the answer's status, which tells "there is none" from "it would not". */
class EngineRefusal extends LockstepError {
  readonly status: number | undefined;

  constructor(details: ConstructorParameters<typeof LockstepError>[0], status: number | undefined) {
    super(details);
    this.status = status;
  }
}

export function engineRefused(what: string, said: string, status?: number): LockstepError {
  return new EngineRefusal(
    {
      code: 'engine-refused',
      message: `The container engine refused ${what}: ${said === '' ? `status ${status ?? ''}` : said}`,
    },
    status,
  );
}

export function engineNotAnswering(endpoint: string, cause: unknown): LockstepError {
  const where = endpoint === '' ? '' : ` at ${endpoint}`;
  return new LockstepError({
    code: 'engine-not-answering',
    message: `The container engine${where} does not answer: ${errorText(cause)}`,
    mend: 'Start it, then look with: lockstep env status',
    cause,
  });
}

export function environmentNotUp(root: string): LockstepError {
  return new LockstepError({
    code: 'environment-not-up',
    message: `No devcontainer of ${root} is running.`,
    mend: 'Start it: lockstep env up',
  });
}

export function engineNotLocal(endpoint: string): LockstepError {
  return new LockstepError({
    code: 'engine-not-local',
    message: `The container engine at ${endpoint} is on another machine, so files of this one are not in its containers.`,
    mend: 'Use an engine of this machine, or start the run on that one.',
  });
}

/** `names` as they are shown; `first` is a reference to one of them. */
export function runsInContainer(names: readonly string[], first = 'RUN'): LockstepError {
  const one = names.length === 1;
  return new LockstepError({
    code: 'runs-in-container',
    message: `${one ? 'Run' : 'Runs'} ${names.join(', ')} ${one ? 'goes' : 'go'} on in the container and would end with it. Nothing was done.`,
    mend: `Wait for ${one ? 'it' : 'them'}, cancel ${one ? 'it' : 'them'} (lockstep cancel ${first}), or do it anyway with --force`,
  });
}

export function containerGone(name: string): LockstepError {
  return new LockstepError({
    code: 'container-gone',
    message: `The container ${name} does not exist any more.`,
    mend: 'Make it again: lockstep env up',
  });
}

export function containerNotRunning(name: string, paused: boolean): LockstepError {
  return new LockstepError({
    code: 'container-not-running',
    message: `The container ${name} ${paused ? 'is paused' : 'does not run'}.`,
    mend: paused ? `Let it go on: docker unpause ${name}` : 'Start it: lockstep env up',
  });
}

export function projectNotMounted(folder: string, name: string): LockstepError {
  return new LockstepError({
    code: 'project-not-mounted',
    message: `The container ${name} does not have ${folder}, so a run in it could not be recorded.`,
    mend: 'Make the container with lockstep env up, which mounts what runs need; or add the folder to "mounts" in devcontainer.json.',
  });
}

export function shellMissing(name: string, said: string): LockstepError {
  return new LockstepError({
    code: 'container-shell-missing',
    message: `The container ${name} could not run /bin/sh${said === '' ? '' : `: ${said}`}.`,
    mend: 'Runs need a shell inside: use an image that has /bin/sh.',
  });
}

export function notWritableInside(folder: string, user: string): LockstepError {
  return new LockstepError({
    code: 'run-folder-not-writable',
    message: `Inside the container the user ${user} may not write into the run's folder ${folder}.`,
    mend: 'Set "remoteUser" in devcontainer.json to a user with your own user id ("updateRemoteUserUID": true does that), then: lockstep env rebuild',
  });
}

export function terminalInside(): LockstepError {
  return new LockstepError({
    code: 'terminal-not-available',
    kind: 'usage',
    message: 'A run inside a container has no terminal of its own.',
    mend: 'Leave --tty out, or debug with: lockstep env exec',
  });
}

export function workingFolderNotInside(cwd: string, name: string): LockstepError {
  return new LockstepError({
    code: 'working-folder-missing',
    message: `The working folder ${cwd} is not in the container ${name}.`,
    mend: 'Start the run from a folder of the project.',
  });
}

export function notStartedInside(said: string): LockstepError {
  return new LockstepError({
    code: 'command-not-started',
    message: `The command was not started inside the container: ${said}`,
  });
}

export function imageGone(image: string, digests: readonly string[], said: string): LockstepError {
  const from = digests.length === 0 ? '' : `, and ${digests.join(', ')} could not be pulled (${said})`;
  return new LockstepError({
    code: 'image-gone',
    message: `The run used the image ${image.slice(0, 19)}, which is not here any more${from}.`,
    mend: `${
      digests.length === 0
        ? 'Bring it back with docker load'
        : 'Log in to the registry, or bring the image back with docker load'
    }. Or agree to another place, on this machine: --env python (the packages it had) or --env host.`,
  });
}
