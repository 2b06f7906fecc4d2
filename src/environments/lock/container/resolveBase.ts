/**
 * What an image name was when the container was made. Invariant: where the engine still has the image, its digest is
 * taken, since the container was built from that one; a registry is asked for what is not here, or where the engine
 * knows several digests.
 */
import { errorText } from '../../../base/systemError.ts';
import type { EngineClient } from '../../engine/engineClient.ts';
import type { ImageDetails } from '../../engine/shapes.ts';
import type { LockedContainer } from '../../environmentLock.ts';
import { parseImageReference, type ImageReference } from '../../registry/imageReference.ts';
import { resolveDigest } from '../../registry/registryClient.ts';

export type LockedBase = LockedContainer['base'][number];

export interface ResolveOptions {
  readonly client: EngineClient;
  readonly variables: NodeJS.ProcessEnv;
  /** Ask no registry. */
  readonly offline?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects only when aborted; what could not be told is a note. */
export async function resolveBase(
  { ref, platform }: { readonly ref: string; readonly platform?: string },
  { client, variables, offline, signal }: ResolveOptions,
): Promise<{ readonly base: LockedBase; readonly note?: string }> {
  let image: ImageReference;
  try {
    image = parseImageReference(ref);
  } catch (error) {
    return { base: { ref }, note: errorText(error) };
  }
  const local = await client.findImage(ref, signal);
  const named =
    platform ?? (local === undefined || local.Os === '' ? undefined : `${local.Os}/${local.Architecture}`);
  const base: LockedBase = { ref, ...(named === undefined ? {} : { platform: named }) };
  if (image.digest !== undefined) return { base: { ...base, digest: image.digest } };
  const here = local === undefined ? [] : digestsOf(local, image);
  if (local !== undefined && here.length === 0)
    return {
      base: { ...base, localId: local.Id },
      note: `${ref} is known to this machine's engine alone, so it is locked by its id: nobody else can get it.`,
    };
  const [only, ...others] = here;
  if (only !== undefined && others.length === 0) return { base: { ...base, digest: only } };
  if (offline === true)
    return only === undefined
      ? { base, note: `${ref} is not here, and no registry was asked which one it is.` }
      : { base: { ...base, digest: only } };
  try {
    const digest = await resolveDigest(image, { variables, ...(signal === undefined ? {} : { signal }) });
    // The tag may have moved on since the image was fetched.
    return { base: { ...base, digest: only === undefined || here.includes(digest) ? digest : only } };
  } catch (error) {
    signal?.throwIfAborted();
    return only === undefined
      ? { base, note: `Which image ${ref} is could not be told: ${errorText(error)}` }
      : { base: { ...base, digest: only } };
  }
}

/** The digests that the engine knows of the image in the repository it is named by. */
export function digestsOf(image: ImageDetails, { registry, repository }: ImageReference): string[] {
  return image.RepoDigests.flatMap(name => {
    try {
      const known = parseImageReference(name);
      const same = known.registry === registry && known.repository === repository;
      return same && known.digest !== undefined ? [known.digest] : [];
    } catch {
      return [];
    }
  });
}
