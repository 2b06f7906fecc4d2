/**
 * Whether an image that was built once more is the one of a run, file by file: its layers are told by hashes of all that is
 * in them, and the lock in the code of the run says which they were. Equal lists of packages prove less.
 */
import { isDeepStrictEqual } from 'node:util';
import { imageSchema } from '../../environments/engine/shapes.ts';
import type { LockedContainer } from '../../environments/environmentLock.ts';
import { imageFacts } from '../../environments/lock/container/containerFacts.ts';
import type { ImageFacts } from '../../execution/inside/engineFacts.ts';

/** @param recorded The id of the image of the run: a lock of another one says nothing of it. */
export function isImageOfLock(
  image: ImageFacts,
  recorded: string,
  locked: LockedContainer['image'] | undefined,
): boolean {
  if (plainId(image.Id) === plainId(recorded)) return true;
  if (locked === undefined || plainId(locked.id) !== plainId(recorded)) return false;
  const { layers, environment, user } = imageFacts(imageSchema.parse(image));
  return (
    layers.length > 0 &&
    isDeepStrictEqual(layers, locked.layers) &&
    isDeepStrictEqual(environment, locked.environment) &&
    user === locked.user
  );
}

/** Podman leaves `sha256:` out. */
export function plainId(id: string): string {
  return id.replace(/^sha256:/, '');
}
