/**
 * Whether the registries still have what is locked: a tag that names another image now, a digest that is gone, newer
 * Features. What a registry does not tell is a problem, never a verdict.
 */
import { LockstepError } from '../../../base/lockstepError.ts';
import { errorText } from '../../../base/systemError.ts';
import type { DriftItem, LockedContainer } from '../../environmentLock.ts';
import { parseImageReference, type ImageReference } from '../../registry/imageReference.ts';
import { resolveDigest, type RegistryOptions } from '../../registry/registryClient.ts';

export interface ComparedRegistry {
  readonly items: readonly DriftItem[];
  readonly problems: readonly string[];
}

/** Rejects only when aborted. */
export async function compareRegistry(
  { base, features }: Pick<LockedContainer, 'base' | 'features'>,
  options: RegistryOptions,
): Promise<ComparedRegistry> {
  const answers = await Promise.all([
    ...base.flatMap(({ ref, digest }) => (digest === undefined ? [] : [compareImage(ref, digest, options)])),
    ...Object.entries(features?.digests ?? {}).map(([name, digest]) => compareFeature(name, digest, options)),
  ]);
  return {
    items: answers.flatMap(one => one.items),
    problems: [...new Set(answers.flatMap(one => one.problems))],
  };
}

async function compareImage(
  ref: string,
  digest: string,
  options: RegistryOptions,
): Promise<ComparedRegistry> {
  return told(ref, options, async image => {
    const items: DriftItem[] = [];
    const common = { part: 'base', weight: 'must-match', locked: digest } as const;
    if (image.digest === undefined) {
      const now = await unlessGone(resolveDigest(image, options));
      if (now === undefined)
        items.push({ ...common, name: `tag ${ref}`, now, cause: 'removed from the registry' });
      else if (now !== digest) items.push({ ...common, name: `tag ${ref}`, now, cause: 'moved' });
      else return items;
    }
    if ((await unlessGone(resolveDigest({ ...image, digest }, options))) === undefined)
      items.push({ ...common, name: `image ${ref}`, now: undefined, cause: 'no longer in the registry' });
    return items;
  });
}

async function compareFeature(
  name: string,
  digest: string,
  options: RegistryOptions,
): Promise<ComparedRegistry> {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest) || !name.includes('/') || name.startsWith('http'))
    return { items: [], problems: [] };
  return told(name, options, async image => {
    const common = { part: 'features', name: `Feature ${name}`, locked: digest } as const;
    if ((await unlessGone(resolveDigest({ ...image, digest }, options))) === undefined)
      return [{ ...common, now: undefined, weight: 'must-match', cause: 'no longer in the registry' }];
    const now = await unlessGone(resolveDigest(image, options));
    if (now === digest || now === undefined) return [];
    return [{ ...common, now, weight: 'informational', cause: 'a newer one can be had' }];
  });
}

async function told(
  name: string,
  { signal }: RegistryOptions,
  ask: (image: ImageReference) => Promise<DriftItem[]>,
): Promise<ComparedRegistry> {
  try {
    return { items: await ask(parseImageReference(name)), problems: [] };
  } catch (error) {
    signal?.throwIfAborted();
    const mend = error instanceof LockstepError && error.mend !== undefined ? ` ${error.mend}` : '';
    return { items: [], problems: [errorText(error) + mend] };
  }
}

/** Undefined where the registry says that it has no such thing. */
async function unlessGone(asked: Promise<string>): Promise<string | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof LockstepError && error.code === 'image-not-found') return undefined;
    throw error;
  }
}
