/** What can be wrong with a template, with the options given for it, and with the place it is to go to. */
import { LockstepError } from '../../base/lockstepError.ts';

export function templateNotFound(
  id: string,
  near: string | undefined,
  known: readonly string[],
): LockstepError {
  return new LockstepError({
    code: 'template-not-found',
    kind: 'usage',
    message: `There is no template ${id}.${near === undefined ? ` There are: ${known.join(', ')}.` : ` Did you mean ${near}?`}`,
    mend: 'See lockstep env templates',
  });
}

export function templateBroken(folder: string, why: string): LockstepError {
  return new LockstepError({
    code: 'template-broken',
    message: `The template in ${folder} cannot be used: ${why}.`,
    mend: 'Install Lockstep again.',
  });
}

export function optionUnclear(word: string): LockstepError {
  return new LockstepError({
    code: 'wrong-use',
    kind: 'usage',
    message: `${JSON.stringify(word)} is no option: a name, an equals sign and a value are needed.`,
    mend: 'Write it as --option NAME=VALUE',
  });
}

export function optionUnknown(name: string, template: string, near: string | undefined): LockstepError {
  return new LockstepError({
    code: 'template-option-unknown',
    kind: 'usage',
    message: `The template ${template} has no option ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    mend: 'See lockstep env templates',
  });
}

export function optionValueWrong(
  name: string,
  value: string,
  near: string | undefined,
  possible: readonly string[],
): LockstepError {
  return new LockstepError({
    code: 'template-value-wrong',
    kind: 'usage',
    message: `${name} cannot be ${JSON.stringify(value)}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    mend: possible.length === 0 ? 'Give another value.' : `Give one of: ${possible.join(', ')}`,
  });
}

/** `why`: a sentence without its full stop. */
export function combinationMissing(why: string, possible: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'template-combination-missing',
    kind: 'usage',
    message: `${why}.`,
    ...(possible.length === 0 ? {} : { mend: `Give one of: ${possible.join(', ')}` }),
  });
}

export function environmentExists(paths: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'environment-exists',
    message: `This project has a devcontainer already: ${paths.join(', ')}. It is left as it is.`,
    mend: 'Use it with lockstep env up and lock it with lockstep env lock, or replace it with --force (what it was is kept in the trash).',
  });
}

export function filesInTheWay(paths: readonly string[]): LockstepError {
  const shown = paths.slice(0, 10).join(', ');
  return new LockstepError({
    code: 'files-in-the-way',
    message: `Nothing was written, because there is something already at: ${shown}${paths.length > 10 ? `, and ${paths.length - 10} more` : ''}.`,
    mend: 'Move it away, or replace it with --force (what it was is kept in the trash).',
  });
}

export function pathLeavesProject(path: string): LockstepError {
  return new LockstepError({
    code: 'path-leaves-project',
    message: `Nothing was written, because ${path} leads out of the project.`,
    mend: 'Make it a real folder of the project.',
  });
}

/** @param why A half-sentence: `it is larger than 4 MiB`. */
export function projectFileRefused(path: string, why: string): LockstepError {
  return new LockstepError({
    code: 'project-file-refused',
    message: `${path} was not read: ${why}.`,
    mend: 'Correct it, or name the template and its options yourself.',
  });
}
