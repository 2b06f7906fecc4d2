/** What can go wrong with asking for versions. */
import { LockstepError } from '../../base/lockstepError.ts';

export function pathHasNoVersions(path: string): LockstepError {
  return new LockstepError({
    code: 'path-has-no-versions',
    message: `No commit of this history pins ${path}.`,
    mend: 'See what is pinned with: lockstep data status',
    kind: 'usage',
  });
}
