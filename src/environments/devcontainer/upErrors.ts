/** Why a devcontainer was not built or did not start, each with what to do about it. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { GpuProblem } from '../gpu/gpuHost.ts';
import { engineName } from './errors.ts';

/** Most output lines of a failed step that a message repeats. */
const shownLines = 12;

export function noSpace(kind: string, detail: string): LockstepError {
  return new LockstepError({
    code: 'no-space',
    message: `The disk of ${engineName(kind)} is full: ${detail}`,
    mend: 'See what takes the room: lockstep env disk',
  });
}

export function unknownRunArgument(option: string, config: string, line: number | undefined): LockstepError {
  return new LockstepError({
    code: 'unknown-run-argument',
    message: `The engine knows no option ${option}, which ${at(config, line)} asks for in "runArgs".`,
    mend: 'Take it out, or write option and value as two words: "--option", "value".',
  });
}

export function imageNotFound(image: string, where: string, detail: string): LockstepError {
  return new LockstepError({
    code: 'image-not-found',
    message: `There is no image ${image}, which ${where} names: ${detail}`,
    mend: `Check the name and tag; for a private image log in first: docker login${registryWord(image)}`,
  });
}

export function registryLoginNeeded(engine: string, image: string, detail: string): LockstepError {
  return new LockstepError({
    code: 'registry-login-needed',
    message: `The registry of the image ${image} does not give it without a login: ${detail}`,
    mend: `Log in, then try again: ${engine} login${registryWord(image)}`,
  });
}

export function registryUnreachable(what: string, detail: string): LockstepError {
  return new LockstepError({
    code: 'registry-unreachable',
    message: `${what} is not on this machine, and its registry does not answer: ${detail}`,
    mend: 'Check the network, proxy and name, then try again: lockstep env up',
  });
}

export function featureNotFound(feature: string): LockstepError {
  return new LockstepError({
    code: 'feature-not-found',
    message: `The Feature ${feature} could not be had from its registry.`,
    mend: 'Check its name and version, and whether you may read it.',
  });
}

export function featureMismatch(feature: string, lockfile: string): LockstepError {
  return new LockstepError({
    code: 'feature-mismatch',
    message: `The Feature ${feature} is not what ${lockfile} says: the registry has no such digest, or other content under it.`,
    mend: `Restore ${lockfile} from git, or take the newest: delete its entry and run lockstep env up`,
  });
}

export function featureLockStale(lockfile: string): LockstepError {
  return new LockstepError({
    code: 'feature-lock-stale',
    message: `The Features of devcontainer.json are not those of ${lockfile}.`,
    mend: `Delete ${lockfile} and run lockstep env up to lock them anew, or undo the change.`,
  });
}

export function dockerfileMissing(path: string, config: string, line: number | undefined): LockstepError {
  return new LockstepError({
    code: 'dockerfile-missing',
    message: `${path} is not there, and ${at(config, line)} builds from it.`,
    mend: 'Make the file, or mend its path: it is relative to devcontainer.json.',
  });
}

export interface FailedStep {
  /** As written in the Dockerfile: `RUN pip install x`. */
  readonly text: string;
  /** `.devcontainer/Dockerfile:5`; undefined where the step is not from that file (a Feature). */
  readonly place?: string | undefined;
  /** Why, in the engine's words. */
  readonly reason: string;
  /** What it printed last. */
  readonly output: readonly string[];
}

export function buildFailed(step: FailedStep): LockstepError {
  const output = step.output.slice(-shownLines).map(line => `  ${line}`);
  return new LockstepError({
    code: 'build-failed',
    message: [
      `The image could not be built: ${step.place === undefined ? '' : `${step.place}: `}${step.text}`,
      ...output,
      step.reason,
    ].join('\n'),
    mend: 'Mend that step and run it again; what stood before is still there. The whole log: lockstep env logs --up',
  });
}

export function initializeFailed(command: string, output: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'initialize-command-failed',
    message: withOutput(`The initializeCommand, which runs on this machine, failed: ${command}`, output),
    mend: 'Run it by hand in the project to see why.',
  });
}

export function lifecycleFailed(name: string, command: string, output: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'lifecycle-command-failed',
    message: withOutput(`The container is up, but its ${name} failed: ${command}`, output),
    mend: `Try it inside: lockstep env exec -- sh -c '…'; then lockstep env rebuild. The whole log: lockstep env logs --up`,
  });
}

export function mountMissing(source: string, config: string): LockstepError {
  return new LockstepError({
    code: 'mount-missing',
    message: `${source} is not there, and the container is to see it ("mounts" or "runArgs" of ${config}).`,
    mend: `Make it (mkdir -p ${source}), or take the mount out.`,
  });
}

export function userMissing(user: string, config: string): LockstepError {
  return new LockstepError({
    code: 'user-missing',
    message: `The image has no user ${user}, whom ${config} names as remoteUser or containerUser.`,
    mend: 'Make the user in the Dockerfile, or name one that is there.',
  });
}

export function portTaken(detail: string): LockstepError {
  return new LockstepError({
    code: 'port-taken',
    message: `A port that the container is to have is taken: ${detail}`,
    mend: 'End what uses it, or choose another in "appPort" or "runArgs".',
  });
}

export function containerNameTaken(name: string): LockstepError {
  return new LockstepError({
    code: 'container-name-taken',
    message: `Another container has the name ${name}, which "runArgs" asks for.`,
    mend: `Choose another name, or remove that container: docker rm ${name}`,
  });
}

/** Of the devcontainer program, where none of its known failures fits. */
export function devcontainerFailed(message: string, output: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'devcontainer-failed',
    message: withOutput(message, output),
    mend: 'See the whole log: lockstep env logs --up',
  });
}

export function cudaTooNew(
  image: string,
  problem: { readonly message: string; readonly mend: string },
): LockstepError {
  return new LockstepError({
    code: 'cuda-too-new',
    message: `The image ${image} does not fit this machine's GPU: ${problem.message}`,
    mend: problem.mend,
  });
}

export function gpuNotStarted({ code, message, mend }: GpuProblem): LockstepError {
  return new LockstepError({ code, message, mend });
}

export function gpuNotVisible(problem: { readonly message: string; readonly mend: string }): LockstepError {
  return new LockstepError({
    code: 'gpu-not-visible',
    message: `A GPU was asked for, but the container does not see it: ${problem.message}`,
    mend: problem.mend,
  });
}

function at(config: string, line: number | undefined): string {
  return line === undefined ? config : `${config}:${line}`;
}

function registryWord(image: string): string {
  const [host] = image.split('/');
  return host !== undefined && image.includes('/') && /[.:]/.test(host) ? ` ${host}` : '';
}

function withOutput(message: string, output: readonly string[]): string {
  return [message, ...output.slice(-shownLines).map(line => `  ${line}`)].join('\n');
}
