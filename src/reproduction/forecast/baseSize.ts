/** What the images that a rebuild starts from are to fetch, by the lock in the code of the run and the registries that have them. */
import { devcontainerLockPath, environmentLockSchema } from '../../environments/environmentLock.ts';
import type { LockedContainer } from '../../environments/environmentLock.ts';
import { pinnedNames } from '../../environments/lock/container/pinnedNames.ts';
import { knownPlatform } from '../../environments/registry/imagePlatform.ts';
import { parseImageReference } from '../../environments/registry/imageReference.ts';
import { resolveImage } from '../../environments/registry/registryClient.ts';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { Code } from '../../runs/plan.ts';

export interface BaseSizeQuestion {
  /** A working tree that the snapshot can be read from. Absolute. */
  readonly root: string;
  readonly code: Code;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Compressed bytes of all layers; undefined where a registry or the lock does not tell. Rejects only when aborted. */
export async function baseSize({
  root,
  code,
  environment,
  signal,
}: BaseSizeQuestion): Promise<number | undefined> {
  const names = Object.values(pinnedNames(await lockedBases(root, code, signal)));
  if (names.length === 0) return undefined;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  try {
    const sizes = await Promise.all(
      names.map(async name => {
        const options = { variables: environment, signal: patience };
        return (await resolveImage(parseImageReference(name), knownPlatform(), options)).size;
      }),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

const patienceMs = 3000;

async function lockedBases(
  root: string,
  { tree }: Code,
  signal: AbortSignal,
): Promise<LockedContainer['base']> {
  const repository = await findRepository(root, {}).catch(() => undefined);
  if (repository === undefined) return [];
  const args = ['cat-file', 'blob', `${tree}:${devcontainerLockPath}`];
  const { stdout } = await runGit({ repository, signal }, args, { tolerant: true });
  try {
    return environmentLockSchema.parse(JSON.parse(stdout.toString('utf8'))).container?.base ?? [];
  } catch {
    return [];
  }
}
