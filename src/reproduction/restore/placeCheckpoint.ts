/**
 * Puts a checkpoint of the original into the checkout, from where it is still available: the workspace, as long as it
 * holds the recorded bytes, or the data cache where the run pinned it. The copy is the program's own to write over.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, readFile, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod';
import { openDataProject } from '../../data/operations/openDataProject.ts';
import { objectKey } from '../../data/objectId.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { checkpointGone, checkpointUnknown } from './errors.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { placeInCheckout } from './placeInCheckout.ts';

export interface CheckpointRequest {
  readonly original: RunDetails;
  /** As `--checkpoint` names it: a file or folder of the original's outputs, relative to the root. */
  readonly checkpoint: string;
  /** Absolute. */
  readonly workspace: string;
  readonly layout: CheckoutLayout;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Rejects with `checkpoint-unknown`, `checkpoint-gone`, `path-leaves-checkout`, or when aborted. */
export async function placeCheckpoint(request: CheckpointRequest): Promise<void> {
  const { layout, signal } = request;
  for (const output of checkpointFiles(request.original, request.checkpoint)) {
    signal.throwIfAborted();
    const source = await sourceOf(output, request);
    if (source === undefined) throw checkpointGone(output.path);
    const target = await placeInCheckout(layout.base, join(layout.checkout, output.path));
    await rm(target, { force: true });
    await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await chmod(target, 0o644);
  }
}

/** The outputs that `checkpoint` names, which are known by their hashes. Throws `checkpoint-unknown`. */
export function checkpointFiles({ id, result }: RunDetails, checkpoint: string): FileUse[] {
  const name = checkpoint.replace(/^\.\//, '').replace(/\/+$/, '');
  const files = (result?.outputs ?? []).filter(
    ({ path, sha256 }) =>
      sha256 !== undefined && !isAbsolute(path) && (path === name || path.startsWith(`${name}/`)),
  );
  if (files.length === 0) throw checkpointUnknown(id, checkpoint);
  return files;
}

async function sourceOf(output: FileUse, request: CheckpointRequest): Promise<string | undefined> {
  const { path, sha256 } = output;
  const { workspace, signal } = request;
  const there = join(workspace, path);
  if (
    (await stat(there).catch(() => undefined))?.isFile() === true &&
    (await hashFile(there, signal)) === sha256
  )
    return there;
  for (const file of await pinnedCopies(output, request))
    if ((await hashFile(file, signal).catch(() => undefined)) === sha256) return file;
  return undefined;
}

interface PinningRun {
  readonly result?: Pick<NonNullable<RunDetails['result']>, 'pinned'> | undefined;
}

/** Objects of the data cache that the run pinned the output as; whether they are there, and whole, is to be looked at. */
export async function pinnedCopies(
  { path }: FileUse,
  {
    original,
    workspace,
    environment,
  }: Pick<CheckpointRequest, 'workspace' | 'environment'> & { readonly original: PinningRun },
): Promise<string[]> {
  const { repositories } = await openDataProject(workspace, { ...environment }).catch(() => ({
    repositories: [],
  }));
  const files: string[] = [];
  for (const { settings } of repositories)
    for (const value of await pinnedAs(path, original, settings.cacheFolder))
      files.push(join(settings.cacheFolder, objectKey({ algorithm: 'md5', value })));
  return files;
}

/** The md5 that a pin of the run has for the file: of its own, or in the listing of a folder above it. */
async function pinnedAs(path: string, { result }: PinningRun, cache: string): Promise<string[]> {
  const hashes: string[] = [];
  for (const pin of result?.pinned ?? []) {
    const [, hash, folder] = /^md5:([0-9a-f]{32})(\.dir)?$/.exec(pin.object) ?? [];
    if (hash === undefined) continue;
    if (folder === undefined) {
      if (pin.path === path) hashes.push(hash);
    } else if (path.startsWith(`${pin.path}/`)) {
      const listing = join(cache, objectKey({ algorithm: 'md5', value: hash + folder }));
      const text = await readFile(listing, 'utf8').catch(() => '[]');
      const files = listingSchema.safeParse(JSON.parse(text)).data ?? [];
      const found = files.find(({ relpath }) => `${pin.path}/${relpath}` === path);
      if (found !== undefined) hashes.push(found.md5);
    }
  }
  return hashes;
}

/** As DVC lists a folder. */
const listingSchema = z.array(
  z.looseObject({ md5: z.string().regex(/^[0-9a-f]{32}$/), relpath: z.string() }),
);
