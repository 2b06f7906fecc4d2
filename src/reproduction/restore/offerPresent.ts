/**
 * Gives a private checkout what the program found in folders that it looked through and did not read: folders as they
 * are named, pinned files as the pins of the run's code say, others from the workspace. Nobody recorded what these files
 * hold, so names, sizes and times decide whether they are the same.
 */
import { lstat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { RunDetails } from '../../runs/runDetails.ts';
import { makeFolders } from './makeFolders.ts';
import { offerInputs, type OfferRequest } from './offerInputs.ts';
import { offerPinned, type OfferPinnedRequest } from './offerPinned.ts';
import { otherFiles, presentFiles, presentFolders } from './presentFiles.ts';

export type OfferPresentRequest = Omit<OfferRequest, 'inputs' | 'outputs'> &
  Pick<OfferPinnedRequest, 'environment' | 'byRoot'> & {
    readonly original: RunDetails;
    /** Inputs and gaps that somebody has offered, or could not: recorded paths. */
    readonly offered: ReadonlySet<string>;
  };

export interface OfferedPresent {
  readonly caps: readonly string[];
  /** Where links of the checkout lead. Absolute. */
  readonly linked: readonly string[];
}

/** Rejects only when aborted, or with what placing a file rejects with. */
export async function offerPresent(request: OfferPresentRequest): Promise<OfferedPresent> {
  const { original, layout, offered } = request;
  const folders = presentFolders(original.captured).filter(path => !isAbsolute(path));
  await makeFolders(
    layout,
    folders.map(path => join(layout.checkout, path)),
  );
  const outputs = original.result?.outputs ?? [];
  const files = [];
  for (const file of presentFiles(original))
    if (!isAbsolute(file.path) && !offered.has(file.path))
      if (!(await isThere(join(layout.checkout, file.path)))) files.push(file);
  if (files.length === 0) return { caps: [], linked: [] };
  const pinned = await offerPinned({ ...request, inputs: files, outputs, bySize: true });
  const found = await offerInputs({
    ...request,
    inputs: files.filter(({ path }) => !pinned.offered.has(path)),
    outputs: [],
  });
  const withheld = found.withheld.map(({ path }) => path);
  return { caps: otherFiles([...found.missing, ...found.changed, ...withheld]), linked: found.linked };
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
