/** Whether a pull fits: what comes into the cache and what is copied out of it, on one disk together. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataTask } from '../dataProgress.ts';
import { freeSpace } from '../remotes/freeSpace.ts';
import { bytesText, placesByCopy, sameDevice } from './checkPlaceFits.ts';
import type { DataProject } from './dataProject.ts';
import { diskTooSmallFor } from './errors.ts';
import { shareOf } from './fetchData.ts';
import { lackingInCache, readKnownListing } from './lookAtPins.ts';
import type { PullRequest } from './pullData.ts';
import { selectPins } from './selectPins.ts';
import { isChosen, readSparseChoice } from './sparseChoice.ts';
import { withTools } from './withTools.ts';

/** Rejects with `disk-too-small`. Counts outputs that are not there at all: of the others nobody knows before a look into them. */
export async function checkPullFits(
  project: DataProject,
  { paths }: Omit<PullRequest, 'force'>,
  { signal }: DataTask,
): Promise<void> {
  const { groups } = await selectPins(project, { ...(paths === undefined ? {} : { paths }), signal });
  for (const { repository, pins } of groups)
    await withTools(repository, async tools => {
      const choice = paths === undefined ? await readSparseChoice(repository) : {};
      const presence = await tools.cache.presence();
      let toFetch = 0;
      let toPlace = 0;
      for (const { pin, only } of pins) {
        const { object, size = 0, cached } = pin;
        // Of a part of a folder no pin tells the size.
        if (object === undefined || !cached || only !== undefined || !isChosen(choice, pin.path)) continue;
        const { listing } = await readKnownListing(tools, object);
        const lack = lackingInCache({ pin, ...(listing === undefined ? {} : { listing }) }, presence);
        if (lack !== undefined) toFetch += lack.bytes ?? shareOf(size, lack.files, pin.files ?? 1);
        const there = await lstat(join(repository.root, pin.path)).catch(() => undefined);
        if (there === undefined) toPlace += size;
      }
      const copied = toPlace > 0 && (await placesByCopy(repository, tools.cache.folder)) ? toPlace : 0;
      const shared = await sameDevice(repository.root, repository.settings.cacheFolder);
      const needed = shared ? toFetch + copied : copied;
      const free = await freeSpace(repository.root);
      if (free !== undefined && needed > free)
        throw diskTooSmallFor(`The pull into ${repository.root}`, bytesText(needed), bytesText(free));
    });
}
