/** What can be wrong with a request on the command line. */
import { LockstepError } from '../base/lockstepError.ts';
import { systemErrorCode } from '../base/systemError.ts';

export function wrongUse(message: string, command: string): LockstepError {
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return new LockstepError({
    code: 'wrong-use',
    kind: 'usage',
    message: /[.?!)]$/.test(sentence) ? sentence : `${sentence}.`,
    mend: `See ${command} --help`,
  });
}

/** @param cause What writing it rejected with; a full disk is told by whoever tells errors. */
export function outputNotWritten(path: string, cause: unknown): unknown {
  const said: Readonly<Record<string, string>> = {
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'its folder is a file',
    EISDIR: 'it is a folder',
    EACCES: 'it may not be written',
    EPERM: 'it may not be written',
    EROFS: 'its folder is read-only',
    ENAMETOOLONG: 'its name is too long',
  };
  const why = said[systemErrorCode(cause) ?? ''];
  if (why === undefined) return cause;
  return new LockstepError({
    code: 'output-not-written',
    kind: 'usage',
    message: `${path} cannot be written: ${why}.`,
    mend: 'Choose another place, or make it first.',
  });
}

export function unknownSubcommand(name: string, near: string | undefined): LockstepError {
  return new LockstepError({
    code: 'unknown-command',
    kind: 'usage',
    message: `There is no command ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    mend: 'See lockstep --help',
  });
}

/** `command` is the one that was probably meant. */
export function scriptWithoutInterpreter(script: string, command: string): LockstepError {
  return new LockstepError({
    code: 'wrong-use',
    kind: 'usage',
    message: `${script} is no experiment of lockstep.yaml, and a command stands after --.`,
    mend: `Did you mean: lockstep run -- ${command}`,
  });
}

/** @param group The command that has commands of its own: `data`. */
export function unknownGroupCommand(group: string, name: string, near: string | undefined): LockstepError {
  return new LockstepError({
    code: 'unknown-command',
    kind: 'usage',
    message: `There is no command ${group} ${name}.${near === undefined ? '' : ` Did you mean ${group} ${near}?`}`,
    mend: `See lockstep ${group} --help`,
  });
}

export function environmentNotSupported(kind: string): LockstepError {
  return new LockstepError({
    code: 'environment-not-supported',
    kind: 'usage',
    message: `There is no environment ${kind}: commands run on the host, in the Python environment of lockstep-lock.json, or in the devcontainer.`,
    mend: 'Say --env host, --env python or --env devcontainer.',
  });
}

export function networkOfContainer(): LockstepError {
  return new LockstepError({
    code: 'network-of-container',
    kind: 'usage',
    message:
      '--no-network is for reproductions, which get a container of their own: the network of a running one stays.',
    mend: 'Put "runArgs": ["--network=none"] into devcontainer.json and make it again: lockstep env rebuild',
  });
}

export function planMissing(runId: string, problem: string | undefined): LockstepError {
  return new LockstepError({
    code: 'plan-missing',
    message: `The record of run ${runId} has no readable plan${problem === undefined ? '' : `: ${problem}`}.`,
    mend: `Look at it with lockstep show ${runId}`,
  });
}

export function notInteractive(what: string): LockstepError {
  return new LockstepError({
    code: 'not-interactive',
    kind: 'usage',
    message: `${what} needs a terminal, and this is none.`,
    mend: 'Run it in a terminal, or without --tty.',
  });
}

/** `what` is about to be done: `5 trials`. */
export function confirmationNeeded(what: string): LockstepError {
  return new LockstepError({
    code: 'confirmation-needed',
    kind: 'usage',
    message: `Nobody can be asked here whether to go on with ${what}.`,
    mend: 'Say --yes to go on without being asked.',
  });
}

export function noReproduction(id: string): LockstepError {
  return new LockstepError({
    code: 'no-reproduction',
    kind: 'usage',
    message: `Run ${id.slice(-6)} is no reproduction, and none of it has a verdict.`,
    mend: `Name the run to compare with as well, or reproduce it first: lockstep reproduce ${id.slice(-6)}`,
  });
}

export function metricMissing(key: string, known: readonly string[]): LockstepError {
  const names = [...new Set(known)];
  return new LockstepError({
    code: 'metric-missing',
    kind: 'usage',
    message:
      names.length === 0
        ? 'The run has no metrics.'
        : `The run has no metric ${key}. It has: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
    mend:
      names.length === 0
        ? 'See what its printed lines hold: lockstep metrics RUN --preview-lines'
        : 'Name one of these; * and ? match any text.',
  });
}

export function verdictMissing(id: string, log: string): LockstepError {
  return new LockstepError({
    code: 'verdict-missing',
    message: `The supervisor of reproduction ${id.slice(-6)} ended before it could judge the outcome.`,
    mend: `Look into ${log}, and try again.`,
  });
}

/** Wherever it was met. @param said By the system, with the path. */
export function noRoom(said: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'disk-full',
    message: `The disk is full: ${said}`,
    mend: 'Free some space and try again.',
    cause,
  });
}
