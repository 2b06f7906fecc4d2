/** What a shared run would execute, its record read for it: standard input and the packages that are installed. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { repositoryOfCommonDir } from '../../git/findRepository.ts';
import { hashFile } from '../../git/hashFile.ts';
import { linksLeadingOut, type LeadingLink } from '../../git/linksLeadingOut.ts';
import { knownValue } from '../../runs/known.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn, type StorePath } from '../../runs/runPaths.ts';
import type { ConfirmedPlace } from '../../runs/sharedRecord.ts';
import { describeWhatRuns, type StoredInput, type WhatRuns } from './describeWhatRuns.ts';

/** Rejects never: what cannot be read is told as such. */
export async function readWhatRuns(
  store: StorePath,
  run: RunDetails,
  place: ConfirmedPlace,
): Promise<WhatRuns> {
  const list = knownValue(run.captured?.packages)?.list;
  const [packages, input, links] = await Promise.all([
    list === undefined ? undefined : readPackageList(store, list).catch(() => undefined),
    run.plan?.stdin === 'stored' ? readInput(runPathsIn(run.dir).stdin) : undefined,
    readLinks(store, run),
  ]);
  return describeWhatRuns(run, { place, packages, input, links });
}

async function readLinks(store: StorePath, { plan }: RunDetails): Promise<LeadingLink[] | undefined> {
  const code = knownValue(plan?.code);
  const repository = await repositoryOfCommonDir(dirname(store)).catch(() => undefined);
  if (code === undefined || repository === undefined) return undefined;
  const read = (tree: string): Promise<LeadingLink[] | undefined> =>
    linksLeadingOut({ repository }, tree).catch(() => undefined);
  const own = await read(code.tree);
  if (own === undefined) return undefined;
  const links = [...own];
  for (const { path, tree } of code.submodules)
    links.push(...((await read(tree)) ?? []).map(link => ({ ...link, path: `${path}/${link.path}` })));
  return links;
}

const shownBytes = 16 * 1024;

async function readInput(path: string): Promise<StoredInput> {
  const size = await stat(path).then(
    found => found.size,
    () => undefined,
  );
  const parts: Buffer[] = [];
  try {
    for await (const part of createReadStream(path, { end: shownBytes - 1 })) parts.push(part as Buffer);
  } catch {
    // Then its size or its hash is missing, too, and that is said.
  }
  return { size, sha256: await hashFile(path), start: Buffer.concat(parts).toString('utf8') };
}
