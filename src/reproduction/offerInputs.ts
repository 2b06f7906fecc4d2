/**
 * Gives a private checkout the files that the run read and that are not part of its code: data that git ignores.
 * Invariants: the original file is never written to by us; a file is called verified only when its content was hashed
 * just now and equals the recorded hash.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { systemErrorCode } from '../base/systemError.ts';
import { hashListing, listFolder } from '../execution/capture/hashFile.ts';
import { hashFile } from '../git/hashFile.ts';
import type { FileUse } from '../runs/captured.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { isInside } from './relocatePaths.ts';

export interface OfferedInputs {
  /** Recorded inputs that are nowhere to be found, by their recorded path. */
  readonly missing: readonly string[];
  /** Their content is not the recorded one. */
  readonly changed: readonly string[];
  /** No hash was recorded, or it could not be computed now. */
  readonly unverified: readonly string[];
}

export interface OfferRequest {
  /** What the run read. */
  readonly inputs: readonly FileUse[];
  /** What the run wrote: that is the program's to make again. */
  readonly outputs: readonly FileUse[];
  /** The workspace that relative paths are looked up in. Absolute. */
  readonly workspace: string;
  readonly layout: CheckoutLayout;
  /** Folders and files outside the repository that the command is told to find elsewhere. */
  readonly redirect: readonly string[];
  readonly signal: AbortSignal;
}

/** Files up to this size are copied where the file system cannot clone them; larger ones are linked. */
const copyLimit = 64 * 1024 * 1024;

export async function offerInputs(request: OfferRequest): Promise<OfferedInputs> {
  const { layout, signal } = request;
  const found: Record<keyof OfferedInputs, string[]> = { missing: [], changed: [], unverified: [] };
  const written = new Map(request.outputs.map(output => [output.path, output]));
  for (const input of request.inputs) {
    signal.throwIfAborted();
    if (input.problem === 'missing') continue;
    const source = isAbsolute(input.path) ? input.path : join(request.workspace, input.path);
    const target = isAbsolute(input.path)
      ? outsidePlace(input.path, request)
      : join(layout.checkout, input.path);
    // Part of the snapshot after all: the checkout has it exactly as it was.
    if (target !== undefined && (await exists(target))) continue;
    const output = written.get(input.path);
    // Written first and read later, as the run's own checkpoint is.
    if (output?.sha256 !== undefined && output.sha256 === input.sha256) continue;
    const state = await verify(source, input, signal);
    if (output !== undefined && state !== 'verified') {
      // Read, then written over: what was read is gone.
      if (input.how !== 'ambiguous') found.unverified.push(input.path);
      continue;
    }
    if (state === 'missing' && input.how === 'ambiguous') continue;
    if (state !== 'verified') found[state].push(input.path);
    if (state === 'missing' || target === undefined) continue;
    const { isFile, size } = await kindOf(source);
    if (isAbsolute(input.path)) await link(source, target, isFile);
    else await offer(source, target, isFile ? size : undefined);
  }
  return found;
}

function outsidePlace(path: string, { layout, redirect }: OfferRequest): string | undefined {
  return redirect.some(folder => isInside(path, folder)) ? layout.redirected(path) : layout.nearby(path);
}

async function verify(
  source: string,
  input: FileUse,
  signal: AbortSignal,
): Promise<'verified' | keyof OfferedInputs> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) return 'missing';
  if (input.sha256 === undefined) return 'unverified';
  if (found.isDirectory()) {
    // Recorded of a folder is the listing of what was read of it, which may be less than all.
    const { files } = await listFolder(source, undefined, signal);
    return hashListing(files) === input.sha256 ? 'verified' : 'unverified';
  }
  const hash = await hashFile(source, signal);
  if (hash === undefined) return 'unverified';
  return hash === input.sha256 ? 'verified' : 'changed';
}

async function kindOf(path: string): Promise<{ isFile: boolean; size: number }> {
  const found = await stat(path);
  return { isFile: found.isFile(), size: found.size };
}

async function link(source: string, target: string, isFile: boolean): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await symlink(source, target, isFile ? 'file' : 'dir');
}

/** A clone where the file system can, a copy when small, else a link. Read-only where it is ours. */
async function offer(source: string, target: string, size: number | undefined): Promise<void> {
  if (size === undefined) {
    await link(source, target, false);
    return;
  }
  await mkdir(dirname(target), { recursive: true });
  try {
    await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return;
    if (size > copyLimit) {
      await link(source, target, true);
      return;
    }
    await copyFile(source, target, constants.COPYFILE_EXCL);
  }
  const { mode } = await stat(target);
  await chmod(target, mode & 0o555);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
