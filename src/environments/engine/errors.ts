/** The failures of talking to a container engine. */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../../base/systemError.ts';

/** Answers of an engine that callers tell apart, by `code`. */
export const engineCodes = {
  /** No such container, image, exec. */
  notFound: 'engine-not-found',
  /** It is in use, or not in the state that the call needs. */
  conflict: 'engine-conflict',
  refused: 'engine-refused',
  unreachable: 'engine-unreachable',
  notPermitted: 'engine-not-permitted',
  timedOut: 'engine-exec-timed-out',
} as const;

/** The words of the engine itself, behind what was asked of it. */
export function engineRefused(
  doing: string,
  status: number | undefined,
  words: string,
  cause?: unknown,
): LockstepError {
  const code =
    status === 404 ? engineCodes.notFound : status === 409 ? engineCodes.conflict : engineCodes.refused;
  return new LockstepError({ code, message: `The container engine could not ${doing}: ${words}`, cause });
}

export function engineUnreachable(endpoint: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: engineCodes.unreachable,
    message: `The container engine at ${endpoint} does not answer (${systemErrorCode(cause) ?? errorText(cause)}).`,
    mend: 'Start it, or see what lockstep doctor says of it.',
    cause,
  });
}

export function engineNotPermitted(endpoint: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: engineCodes.notPermitted,
    message: `You may not use the container engine at ${endpoint}.`,
    mend: 'sudo usermod -aG docker "$USER", then log in again; or use a rootless engine.',
    cause,
  });
}

export function engineAnswerUnreadable(doing: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'engine-answer-unreadable',
    message: `The container engine was asked to ${doing} and answered something that cannot be read.`,
    cause,
  });
}

export function engineConnectionLost(doing: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'engine-connection-lost',
    message: `The connection to the container engine broke while it was to ${doing}.`,
    mend: 'See whether the engine still runs, then try again.',
    cause,
  });
}

export function execTimedOut(command: string, seconds: number): LockstepError {
  return new LockstepError({
    code: engineCodes.timedOut,
    message: `${command} did not end within ${seconds} s inside the container.`,
  });
}

export function execPrintedTooMuch(command: string): LockstepError {
  return new LockstepError({
    code: 'engine-exec-output-too-large',
    message: `${command} printed more inside the container than can be read.`,
  });
}

export function podmanServiceFailed(words: string): LockstepError {
  return new LockstepError({
    code: 'podman-service-failed',
    message: `podman system service did not start: ${words}`,
    mend: 'systemctl --user enable --now podman.socket, or see why podman system service ends.',
  });
}

export function endpointUnreadable(endpoint: string): LockstepError {
  return new LockstepError({
    code: 'engine-endpoint-unreadable',
    message: `${endpoint} is no address of a container engine.`,
    mend: 'Use unix:///path, tcp://host:port, npipe:////./pipe/name or ssh://user@host.',
    kind: 'usage',
  });
}
