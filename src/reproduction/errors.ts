/** Why a run cannot be reproduced, and what would help. */
import type { ConfirmedPlace } from '../runs/sharedRecord.ts';
import { LockstepError } from '../base/lockstepError.ts';
import type { RunDetails } from '../runs/runDetails.ts';

export function runStillLive(id: string): LockstepError {
  return new LockstepError({
    code: 'run-is-live',
    message: `Run ${short(id)} has not ended, so there is nothing to compare a reproduction with.`,
    mend: `Wait for it: lockstep logs ${short(id)} --follow`,
  });
}

export function planMissing(id: string, problem: string | undefined): LockstepError {
  return new LockstepError({
    code: 'plan-missing',
    message: `Run ${short(id)} has no readable plan${problem === undefined ? '' : ` (${problem})`}: what it ran is not known.`,
    mend: `Look at what is there: lockstep show ${short(id)}`,
  });
}

export function runNotConfirmed(id: string, place: ConfirmedPlace): LockstepError {
  const [where, words] = {
    checkout: ['', `reproduce ${id}`],
    host: [' on this machine itself, out of its container', `reproduce ${id} --env host`],
    workspace: [' in the workspace', `rerun ${id}`],
  }[place];
  return new LockstepError({
    code: 'not-confirmed',
    kind: 'usage',
    message: `Run ${short(id)} came from somebody else, and nobody here has agreed to what it runs${where}.`,
    mend: `Look at what it would run, then say yes: lockstep ${words} --yes`,
  });
}

export function codeUnknown(id: string, reason: string): LockstepError {
  return new LockstepError({
    code: 'code-unknown',
    message: `The code of run ${short(id)} was not recorded: ${reason}`,
    mend: 'Put the project under git (git init) and run it again: from then on its code is recorded.',
  });
}

export function environmentNotSupported(kind: string): LockstepError {
  return new LockstepError({
    code: 'environment-not-supported',
    message: `The run used a ${kind} environment, which this version cannot set up.`,
  });
}

/** `kind` as it was asked for. */
export function environmentUnknown(kind: string): LockstepError {
  return new LockstepError({
    code: 'environment-not-supported',
    kind: 'usage',
    message: `There is no environment ${kind}.`,
    mend: 'Leave --env out: it runs where the run ran. Or say --env python for an environment of the packages it had, --env host for this machine as it is.',
  });
}

export function hostRunInContainer(): LockstepError {
  return new LockstepError({
    code: 'environment-not-supported',
    kind: 'usage',
    message:
      'The run did not run in a devcontainer, so there is none to reproduce it in: in one it would be another run.',
    mend: 'Leave --env out. To run its command in the devcontainer: lockstep run --env devcontainer -- COMMAND…',
  });
}

export function networkOfHost(): LockstepError {
  return new LockstepError({
    code: 'network-of-host',
    kind: 'usage',
    message: 'Only a container can be without network, and this reproduction would run on this machine.',
    mend: 'Leave --no-network out, or reproduce a run that ran in a container in its own (without --env).',
  });
}

export function resumeUnknown(experiment: string | undefined): LockstepError {
  const where = experiment === undefined ? '' : ` under experiments: ${experiment}:`;
  return new LockstepError({
    code: 'resume-unknown',
    kind: 'usage',
    message: 'Lockstep does not know how this program is told to go on from a checkpoint.',
    mend: `Say it in lockstep.yaml${where}, for example  resume: ['--resume', '{checkpoint}']`,
  });
}

/** @param secrets Each word of the command with the variable that its secret is taken from. */
export function secretsMissing(
  secrets: readonly { readonly word: string; readonly variable: string }[],
): LockstepError {
  const words = [...new Set(secrets.map(({ word }) => word))];
  const variables = [...new Set(secrets.map(({ variable }) => variable))];
  const one = variables.length === 1;
  return new LockstepError({
    code: 'secret-missing',
    message: `The command had ${one ? 'a secret that is' : `${variables.length} secrets that are`} not recorded: ${words.join(', ')}.`,
    mend: `Set ${listed(variables)} to ${one ? 'it' : 'them'} and try again.`,
  });
}

/** `A`, `A and B`, `A, B and C`. */
function listed(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;
}

/** `what` is `reproduced` or `run again`. */
export function runImported(id: string, kind: string, what: string): LockstepError {
  return new LockstepError({
    code: 'run-imported',
    message: `Run ${short(id)} was imported (${kind}): it was not recorded how it ran, so it cannot be ${what}.`,
    mend: 'Run its command with lockstep run; that run can be reproduced.',
  });
}

/** `what` is `reproduced` or `run again`. */
export function runIsChild(id: string, parent: string, what: string): LockstepError {
  return new LockstepError({
    code: 'run-is-child',
    message: `Run ${short(id)} is a child run: it has no command of its own, so it cannot be ${what}.`,
    mend: `Take the run that it belongs to: ${short(parent)}`,
  });
}

export function terminalRun(id: string): LockstepError {
  return new LockstepError({
    code: 'terminal-run',
    message: `Run ${short(id)} talked to a person at a terminal; what was typed is not recorded.`,
    mend: 'Run it with --stdin and the answers in a file, and reproduce that.',
  });
}

/** The run was executed with `--stdin`, and what it read is not in its record. */
export function stdinGone(id: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'stdin-gone',
    message: `What run ${short(id)} read from standard input is not in its record.`,
    mend: 'Run its command anew with that input: lockstep run --stdin -- COMMAND <FILE',
    cause,
  });
}

/** @param reproduces Of a reproduction: the run that it reproduces, which is the one to reproduce once more. */
export function reproductionNotJudged(
  { id, state }: Pick<RunDetails, 'id' | 'state'>,
  reproduces: string | undefined,
): LockstepError {
  const goesOn = state === 'preparing' || state === 'running';
  const why = goesOn
    ? `Run ${short(id)} goes on, so there is no verdict yet.`
    : reproduces === undefined
      ? `Run ${short(id)} has no verdict.`
      : `Run ${short(id)} reproduces ${short(reproduces)}, ${state === 'cancelled' ? 'was cancelled and' : `has ${state === 'lost' ? 'been lost' : state} and`} has no verdict.`;
  return new LockstepError({
    code: 'reproduction-not-judged',
    message: why,
    mend: goesOn
      ? `Watch it: lockstep logs ${short(id)} --follow`
      : `Reproduce ${reproduces === undefined ? 'it' : 'that run once more'}: lockstep reproduce ${short(reproduces ?? id)}`,
  });
}

export function nothingToExplain(id: string, other: string): LockstepError {
  return new LockstepError({
    code: 'nothing-to-explain',
    kind: 'usage',
    message: `Runs ${short(id)} and ${short(other)} are equal in every metric and output that counts: there is no divergence to explain.`,
    mend: `Look at both: lockstep compare ${short(id)} ${short(other)}`,
  });
}

export function explainedByNoise(id: string, other: string): LockstepError {
  return new LockstepError({
    code: 'nothing-to-explain',
    kind: 'usage',
    message: `Runs ${short(id)} and ${short(other)} are no further apart than two executions of the same program may be here, by what its noise was seen to be and what lockstep.yaml allows: there is no divergence to explain.`,
    mend: `How large the noise is: lockstep show ${short(id)}; to learn it from a longer probe: lockstep probe ${short(id)} --steps N`,
  });
}

/** @param last The last step that both runs have. @param probed A probe has reached it. */
export function noiseUnknown(id: string, other: string, last: number, probed: boolean): LockstepError {
  return new LockstepError({
    code: 'noise-unknown',
    kind: 'impossible',
    message: `Whether runs ${short(id)} and ${short(other)} differ by more than noise is not known: the program is not like itself here, and ${probed ? 'the two are about as far apart as its noise may be' : 'too little of its noise was seen'}.`,
    mend: probed
      ? `Further probes narrow the noise down: lockstep probe ${short(id)} --steps ${last}; or compare with a run whose difference is larger.`
      : `A probe of the whole length tells more: lockstep probe ${short(id)} --steps ${last}`,
  });
}

export function reproductionOptionsWrong(cause: unknown): LockstepError {
  return new LockstepError({
    code: 'reproduction-options-wrong',
    message: 'What the reproduction was asked for cannot be read.',
    cause,
  });
}

function short(id: string): string {
  return id.slice(-6);
}

export function parameterNotInCommand(name: string, path: string): LockstepError {
  return new LockstepError({
    code: 'parameter-not-in-command',
    kind: 'usage',
    message: `${name} comes from ${path}, which lockstep does not change.`,
    mend: `Edit ${path} and run again.`,
  });
}

/** `what` is wrong with a file of tensors; what is told then is that its bytes differ, and this. */
export function tensorsUnreadable(what: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'tensors-unreadable',
    message: `The tensors could not be compared: ${what}.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** `run` is the first or the second of a determinism probe. */
export function probeRunFailed(
  id: string,
  run: 1 | 2,
  failure: { readonly message: string; readonly mend?: string | undefined } | undefined,
): LockstepError {
  const why = failure === undefined ? 'it ended without a result' : failure.message.replace(/\.$/, '');
  return new LockstepError({
    code: 'probe-run-failed',
    message: `The ${run === 1 ? 'first' : 'second'} run of the probe (${short(id)}) failed: ${why}.`,
    mend: failure?.mend ?? `Look at what it printed: lockstep logs ${short(id)}`,
  });
}
