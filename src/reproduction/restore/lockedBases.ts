/**
 * The images that a build starts from, as the lock in the code of a run says they were: a tag may name another one by now.
 * Invariant: what a tag names in place of the locked image is never taken without a note that says so.
 */
import { errorText } from '../../base/systemError.ts';
import type { LockedContainer } from '../../environments/environmentLock.ts';
import { pinnedNames } from '../../environments/lock/container/pinnedNames.ts';
import type { ContainerApi } from '../../execution/inside/containerApi.ts';
import { plainId } from './isImageOfLock.ts';
import { pullTold } from './pullTold.ts';

export interface LockedBases {
  /** Image as written → `repo@sha256:…`, of those that the engine has by it now. */
  readonly names: Readonly<Record<string, string>>;
  /** One for each that is not known to be the locked one: a reason why the verdict cannot be `identical`. */
  readonly notes: readonly string[];
}

export interface BasesRequest {
  /** As written, variables resolved. */
  readonly images: readonly { readonly ref: string; readonly platform?: string }[];
  /** Of the lock. */
  readonly locked: LockedContainer['base'];
  readonly api: ContainerApi;
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Fetches those that are not here. Rejects only when aborted, or where the engine does not answer. */
export async function haveLockedBases({
  images,
  locked,
  api,
  onProgress,
  signal,
}: BasesRequest): Promise<LockedBases> {
  const digests = pinnedNames(locked);
  const names: Record<string, string> = {};
  const notes = new Set<string>();
  for (const { ref, platform } of images) {
    const base = locked.find(one => one.ref === ref);
    const name = Object.hasOwn(digests, ref) ? digests[ref] : undefined;
    if (name !== undefined) {
      const failed = await fetched(name, platform);
      if (failed === undefined) names[ref] = name;
      else notes.add(`its base is what ${ref} names now, because the locked one cannot be had: ${failed}`);
    } else if (base?.localId === undefined)
      notes.add(`its base is what ${ref} names now: the lock does not say what it was`);
    else if (plainId((await api.image(ref, { signal }))?.Id ?? '') !== plainId(base.localId))
      notes.add(`its base is what ${ref} names now, because the locked one was in no registry`);
  }
  return { names, notes: [...notes] };

  /** Why it cannot be had. */
  async function fetched(name: string, platform: string | undefined): Promise<string | undefined> {
    // Of another platform than the engine's own something else may be here under the same digest.
    if (platform === undefined && (await api.image(name, { signal })) !== undefined) return undefined;
    try {
      await pullTold(api, name, { onProgress, signal, platform });
      return (await api.image(name, { signal })) === undefined
        ? 'it is not here after it was fetched'
        : undefined;
    } catch (error) {
      signal.throwIfAborted();
      return errorText(error).replace(/\.$/, '');
    }
  }
}
