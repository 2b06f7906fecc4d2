/** How the images that a lock names by digest are pulled and written. */
import type { LockedContainer } from '../../environmentLock.ts';
import { parseImageReference, pinnedName } from '../../registry/imageReference.ts';

/** Image as written → `registry/repository@sha256:…`. */
export function pinnedNames(base: LockedContainer['base']): Record<string, string> {
  return Object.fromEntries(
    base.flatMap(({ ref, digest }) => {
      if (digest === undefined) return [];
      try {
        return [[ref, pinnedName(parseImageReference(ref), digest)]];
      } catch {
        return [];
      }
    }),
  );
}
