/** What can be wrong with `lockstep.yaml` and with a request for one of its experiments. */
import { LockstepError } from '../../base/lockstepError.ts';

/** `problems`: `line 3, column 5: …`, one each. */
export function experimentFileWrong(path: string, problems: readonly string[]): LockstepError {
  const shown = problems.slice(0, 10);
  const more = problems.length - shown.length;
  return new LockstepError({
    code: 'experiment-file-wrong',
    kind: 'usage',
    message: `${path} cannot be used:\n${shown.map(line => `  ${line}`).join('\n')}${more > 0 ? `\n  and ${more} more` : ''}`,
    mend: 'Correct the lines named above.',
  });
}

export function experimentNotFound(name: string, known: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'experiment-not-found',
    kind: 'usage',
    message:
      known.length === 0
        ? `There is no experiment ${name}: this repository has no lockstep.yaml with experiments.`
        : `lockstep.yaml has no experiment ${name}. It has: ${known.join(', ')}.`,
    mend: `To run a command, put -- before it: lockstep run -- ${name}`,
  });
}

export function parameterMissing(name: string, experiment: string): LockstepError {
  return new LockstepError({
    code: 'parameter-missing',
    kind: 'usage',
    message: `The command of ${experiment} names \${${name}}, which has no value.`,
    mend: `Add ${name} under params in lockstep.yaml, or give --param ${name}=VALUE.`,
  });
}

export function commandUnclear(text: string, why: string): LockstepError {
  return new LockstepError({
    code: 'command-unclear',
    kind: 'usage',
    message: `The command ${JSON.stringify(text)} cannot be split into words: ${why}.`,
    mend: 'Write it as a list of words.',
  });
}
