/**
 * What an image name was when the container was made. Invariant: where the engine still has the image, its digest is
 * taken, since the container was built from that one, whatever the tag names in the registry by now; and only a digest
 * that somebody else can pull is one.
 */
import { LockstepError } from '../../../base/lockstepError.ts';
import { errorText } from '../../../base/systemError.ts';
import type { EngineKind } from '../../engine/engine.ts';
import type { EngineClient } from '../../engine/engineClient.ts';
import type { ImageDetails } from '../../engine/shapes.ts';
import type { LockedContainer } from '../../environmentLock.ts';
import { parseImageReference, type ImageReference } from '../../registry/imageReference.ts';
import { resolveDigest, resolveImage } from '../../registry/registryClient.ts';

export type LockedBase = LockedContainer['base'][number];

export interface ResolveOptions {
  readonly client: EngineClient;
  readonly variables: NodeJS.ProcessEnv;
  readonly kind: EngineKind;
  /** Ask no registry. */
  readonly offline?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects only when aborted; what could not be told is a note. */
export async function resolveBase(
  { ref, platform }: { readonly ref: string; readonly platform?: string },
  options: ResolveOptions,
): Promise<{ readonly base: LockedBase; readonly note?: string }> {
  const { client, kind, offline, signal } = options;
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
  const [first] = here;
  // Docker notes a digest when it has pulled or pushed; without one nobody else has the image.
  if (local !== undefined && first === undefined) return onlyHere(base, local);
  if (first !== undefined && kind === 'docker' && here.length === 1)
    return { base: { ...base, digest: first } };
  if (offline === true)
    return first === undefined
      ? { base, note: `${ref} is not here, and no registry was asked which one it is.` }
      : { base: { ...base, digest: first } };
  try {
    const digest = await askRegistry(image, base, local, here, options);
    if (digest !== undefined) return { base: { ...base, digest } };
    return local === undefined ? { base } : onlyHere(base, local);
  } catch (error) {
    signal?.throwIfAborted();
    const note = `Which image ${ref} is in the registry could not be told: ${errorText(error)}`;
    return { base: first === undefined ? base : { ...base, digest: first }, note };
  }
}

function onlyHere(base: LockedBase, local: ImageDetails): { base: LockedBase; note: string } {
  return {
    base: { ...base, localId: local.Id },
    note: `${base.ref} is known to this machine's engine alone, so it is locked by its id: nobody else can get it.`,
  };
}

/** Podman gives images digests of its own, also to those that no registry has seen: the registry must know it. */
async function askRegistry(
  image: ImageReference,
  { platform }: LockedBase,
  local: ImageDetails | undefined,
  here: readonly string[],
  { variables, signal }: ResolveOptions,
): Promise<string | undefined> {
  const options = { variables, ...(signal === undefined ? {} : { signal }) };
  if (local === undefined) return resolveDigest(image, options);
  const now = await resolveImage(image, platform ?? 'linux/amd64', options);
  if (here.includes(now.digest) || here.includes(now.manifest) || now.config === local.Id) return now.digest;
  // The tag has moved on since the image was fetched.
  for (const digest of here) {
    const found = await resolveDigest({ ...image, digest }, options).catch((error: unknown) => {
      if (error instanceof LockstepError && error.code === 'image-not-found') return undefined;
      throw error;
    });
    if (found !== undefined) return digest;
  }
  return undefined;
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
