/** Every file that went into a container, as a lock names them: by content alone, the same on every machine. */
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import * as z from 'zod';
import { environmentInputs, featureLockPath } from '../../devcontainer/environmentInputs.ts';
import type { Devcontainer } from '../../devcontainer/readDevcontainer.ts';
import type { LockedContainer } from '../../environmentLock.ts';
import { sha256Of } from '../readLock.ts';

/** Path relative to the project → `sha256:<hex>`. Rejects only when aborted. */
export async function lockedFiles(
  devcontainer: Devcontainer,
  signal?: AbortSignal,
): Promise<LockedContainer['files']> {
  const { files } = await environmentInputs(
    devcontainer,
    {},
    { largestHashed: Infinity, mostFiles: Infinity, signal },
  );
  return files;
}

const featureLockSchema = z.object({
  features: z.record(
    z.string(),
    z.looseObject({ resolved: z.string().optional(), integrity: z.string().optional() }),
  ),
});

/** What the lockfile of Features says; undefined where there is none. A torn one has no digests. */
export async function lockedFeatures(
  devcontainer: Devcontainer,
): Promise<NonNullable<LockedContainer['features']> | undefined> {
  const path = featureLockPath(devcontainer);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return {
    lockfile: relative(devcontainer.root, path).split(sep).join('/'),
    sha256: `sha256:${sha256Of(text)}`,
    digests: featureDigests(text),
  };
}

/** Feature as it is named in devcontainer.json → `sha256:…` of its archive. */
export function featureDigests(text: string): Record<string, string> {
  try {
    const { features } = featureLockSchema.parse(JSON.parse(text));
    return Object.fromEntries(
      Object.entries(features).map(([name, { integrity, resolved }]) => [name, integrity ?? resolved ?? '']),
    );
  } catch {
    // Its hash says that it changed; what it says nobody can tell.
    return {};
  }
}
