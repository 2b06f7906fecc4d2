/** What can go wrong with pins. */
import { LockstepError } from '../../base/lockstepError.ts';

export function revisionNotFound(revision: string): LockstepError {
  return new LockstepError({
    code: 'revision-not-found',
    message: `There is no commit ${revision} in this repository.`,
    mend: 'Give a branch, a tag or a commit that git log shows; fetch it first if only others have it.',
    kind: 'usage',
  });
}

export function revisionWithoutGit(revision: string): LockstepError {
  return new LockstepError({
    code: 'revision-not-found',
    message: `There is no commit ${revision}: this data repository is not in git.`,
    kind: 'usage',
  });
}

export function pinNotWritable(path: string, what: string): LockstepError {
  return new LockstepError({
    code: 'pin-not-writable',
    message: `${path} was not changed: ${what}.`,
    mend: 'Mend or remove that file, then try again.',
  });
}

export function stageNeverRan(pinFile: string, stage: string): LockstepError {
  return new LockstepError({
    code: 'stage-never-ran',
    message: `The stage ${stage} of ${pinFile} has no entry in dvc.lock: it has never run.`,
    mend: `Run it first: dvc repro ${stage}`,
  });
}
