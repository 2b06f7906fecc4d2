/** The failures of starting, supervising and ending runs. */
import { LockstepError } from '../base/lockstepError.ts';
import { systemErrorCode, errorText } from '../base/systemError.ts';

/** Codes of failures that `lockstep run` turns into exit code 127, 126 and 125. */
export const programNotFoundCode = 'program-not-found';
export const notExecutableCode = 'not-executable';

export function programNotFound(program: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: programNotFoundCode,
    message: `The program ${program} was not found.`,
    mend: 'Check the name, and that it is on PATH in the environment the run was started from.',
    cause,
  });
}

export function notExecutable(program: string, cause?: unknown): LockstepError {
  const noShebang = systemErrorCode(cause) === 'ENOEXEC';
  return new LockstepError({
    code: notExecutableCode,
    message: noShebang
      ? `${program} is not a program the system can start (a script without a first line such as #!/bin/sh).`
      : `${program} may not be executed (${errorText(cause)}).`,
    mend: noShebang ? `Start it through its interpreter: sh ${program}` : `Run: chmod +x ${program}`,
    cause,
  });
}

export function workingFolderMissing(cwd: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'working-folder-missing',
    message: `The working folder ${cwd} does not exist.`,
    mend: 'Start the run from a folder that exists.',
    cause,
  });
}

export function argumentsTooLong(cause: unknown): LockstepError {
  return new LockstepError({
    code: 'arguments-too-long',
    message: 'The command and its environment are longer than the system allows.',
    mend: 'Pass long lists in a file.',
    cause,
  });
}

export function commandNotStarted(program: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'command-not-started',
    message: `${program} could not be started: ${errorText(cause)}`,
    cause,
  });
}

export function storeNotWritable(folder: string, cause: unknown): LockstepError {
  const full = systemErrorCode(cause) === 'ENOSPC' || systemErrorCode(cause) === 'EDQUOT';
  return new LockstepError({
    code: full ? 'disk-full' : 'store-not-writable',
    message: full
      ? `The disk is full: the run could not be recorded in ${folder}.`
      : `The run could not be recorded: ${folder} is not writable (${errorText(cause)}).`,
    mend: full ? 'Free some space and start the run again.' : `Give yourself write access to ${folder}.`,
    cause,
  });
}

export function supervisorNotStarted(node: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'supervisor-not-started',
    message: `The process that watches over the run could not be started with ${node}: ${errorText(cause)}`,
    mend: 'Run: lockstep doctor',
    cause,
  });
}

export function supervisorDied(logTail: string): LockstepError {
  return new LockstepError({
    code: 'supervisor-died',
    message: `The process that watches over the run ended before the command was started.${logTail === '' ? '' : ` Its last words: ${logTail}`}`,
    mend: 'Run: lockstep doctor',
  });
}

export function launchUnreadable(dir: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'launch-unreadable',
    message: `What was to be run could not be read from ${dir}: ${errorText(cause)}`,
    cause,
  });
}

export function launcherDied(): LockstepError {
  return new LockstepError({
    code: 'launcher-died',
    message: 'The program that started the run ended before it had said what to run.',
    mend: 'Start it again.',
  });
}

export function supervisorKilledEarly(): LockstepError {
  return new LockstepError({
    code: 'supervisor-killed',
    message: 'The process that watches over the run was killed before the command was started.',
    mend: 'Start it again.',
  });
}

export function scriptProgramMissing(): LockstepError {
  return new LockstepError({
    code: 'terminal-not-available',
    message: 'A run with a terminal of its own needs the program script, which this machine does not have.',
    mend: 'Install it (Debian: apt-get install bsdutils), or run without --tty.',
  });
}

export function notATerminal(): LockstepError {
  return new LockstepError({
    code: 'not-a-terminal',
    message: '--tty was asked for, but standard input is not a terminal.',
    mend: 'Run it in a terminal, or without --tty.',
    kind: 'usage',
  });
}

export function runAlreadyEnded(id: string): LockstepError {
  return new LockstepError({
    code: 'run-already-ended',
    message: `Run ${id.slice(-6)} has already ended.`,
    kind: 'usage',
  });
}

export function childRunNotCancelled(id: string, parent: string): LockstepError {
  return new LockstepError({
    code: 'run-is-child',
    kind: 'usage',
    message: `Run ${id.slice(-6)} is a child run: it has no process of its own.`,
    mend: `Cancel the run that it belongs to: lockstep cancel ${parent.slice(-6)}`,
  });
}

export function runElsewhere(id: string, host: string): LockstepError {
  return new LockstepError({
    code: 'run-elsewhere',
    message: `Run ${id.slice(-6)} belongs to ${host}, and nothing there answered the request to cancel it.`,
    mend: `Run on ${host}: lockstep cancel ${id}`,
  });
}

export function processesSurvived(id: string, count: number): LockstepError {
  return new LockstepError({
    code: 'processes-survived',
    message: `${count} processes of run ${id.slice(-6)} could not be ended.`,
    mend: 'They may belong to another user, or wait for a device. End them by hand.',
  });
}
