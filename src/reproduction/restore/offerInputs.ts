/**
 * Gives a private checkout the files that the run read and that are not part of its code: data that git ignores.
 * Invariants: the original file is never written to by us; a file is called verified only when its content was hashed
 * just now and equals the recorded hash.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, stat, symlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { hashFolderContents, listFolder } from '../../execution/capture/hashFolder.ts';
import { isOfDvc } from '../../execution/capture/ignoredPaths.ts';
import { isOwnTemporary, temporaryFolders } from '../../execution/capture/temporaryFiles.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { folderInCheckout, leadsOut, placeInCheckout } from './placeInCheckout.ts';
import type { VerifiedInput } from './recheckInputs.ts';
import { isInside } from './relocatePaths.ts';

export interface OfferedInputs {
  /** Recorded inputs that are nowhere to be found, by their recorded path. */
  readonly missing: readonly string[];
  /** Their content is not the recorded one. */
  readonly changed: readonly string[];
  /** No hash was recorded, or it could not be computed now. */
  readonly unverified: readonly string[];
  /** Files and folders that the checkout has links to, because they were too large to be copied. Absolute. */
  readonly linked: readonly string[];
  /** Single files whose content was the recorded one just now. */
  readonly verified: readonly VerifiedInput[];
}

export interface OfferRequest {
  /** What the run read. */
  readonly inputs: readonly FileUse[];
  /** What the run wrote: that is the program's to make again. */
  readonly outputs: readonly FileUse[];
  /** Inputs whose content is taken from elsewhere: path as recorded → absolute path. */
  readonly instead?: Readonly<Record<string, string>>;
  /** The workspace that relative paths are looked up in. Absolute. */
  readonly workspace: string;
  readonly layout: CheckoutLayout;
  /** Folders and files outside the repository that the command is told to find elsewhere. */
  readonly redirect: readonly string[];
  /** Where the content of an input lies, if not at its own path. Absolute. */
  readonly sourceOf?: ((path: string) => string | undefined) | undefined;
  readonly signal: AbortSignal;
}

/** Files up to this size are copied where the file system cannot clone them; larger ones are linked. */
const copyLimit = 64 * 1024 * 1024;
/** Of all copies of one reproduction together. */
const copyLimitTogether = 2 * 1024 * 1024 * 1024;

export async function offerInputs(request: OfferRequest): Promise<OfferedInputs> {
  const { layout, signal } = request;
  const found: Record<Problem, string[]> = { missing: [], changed: [], unverified: [] };
  const verified: VerifiedInput[] = [];
  const linked: string[] = [];
  let copied = 0;
  // Records of earlier versions name them as inputs.
  const temporary = temporaryFolders();
  const written = new Map(request.outputs.map(output => [output.path, output]));
  for (const input of request.inputs) {
    signal.throwIfAborted();
    if (input.problem === 'missing' || isOfDvc(input.path) || isOwnTemporary(input, temporary)) continue;
    const source =
      insteadOf(input.path, request) ??
      request.sourceOf?.(input.path) ??
      (isAbsolute(input.path) ? input.path : join(request.workspace, input.path));
    const target = await placeOf(input.path, request);
    // Part of the snapshot after all: the checkout has it exactly as it was.
    if (target !== undefined && (await isOtherThanFolder(target))) continue;
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
    if (state === 'missing') continue;
    if (target === undefined) {
      // Read where it lies.
      if (state === 'verified' && input.sha256 !== undefined && (await kindOf(source)).isFile)
        verified.push({ path: input.path, place: source, sha256: input.sha256 });
      continue;
    }
    const { isFile, size } = await kindOf(source);
    if (isFile && state === 'verified' && input.sha256 !== undefined)
      verified.push({ path: input.path, place: target, sha256: input.sha256 });
    if (isFile) copied += await offer(source, target, layout.base, size, copied, linked);
    else copied += await offerFolder(source, target, layout.base, copied, linked, signal);
  }
  return { ...found, linked, verified };
}

type Problem = 'missing' | 'changed' | 'unverified';

function insteadOf(path: string, { instead = {} }: OfferRequest): string | undefined {
  return Object.hasOwn(instead, path) ? instead[path] : undefined;
}

/** Undefined where it is read where it lies: far from the repository, or behind a link of the code that leads there. */
async function placeOf(path: string, { layout, redirect }: OfferRequest): Promise<string | undefined> {
  const place = !isAbsolute(path)
    ? join(layout.checkout, path)
    : redirect.some(folder => isInside(path, folder))
      ? layout.redirected(path)
      : layout.nearby(path);
  return place === undefined || (await leadsOut(layout.base, place)) ? undefined : place;
}

async function verify(source: string, input: FileUse, signal: AbortSignal): Promise<'verified' | Problem> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) return 'missing';
  if (input.sha256 === undefined) return 'unverified';
  if (found.isDirectory()) {
    // A listing tells names and sizes; the contents may be others.
    if (input.hashOf !== 'contents') return 'unverified';
    const listing = await listFolder(source, undefined, signal);
    const hash = await hashFolderContents(source, listing, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (hash === undefined || listing.cut) return 'unverified';
    return hash === input.sha256 ? 'verified' : 'changed';
  }
  const hash = await hashFile(source, signal);
  if (hash === undefined) return 'unverified';
  return hash === input.sha256 ? 'verified' : 'changed';
}

async function kindOf(path: string): Promise<{ isFile: boolean; size: number }> {
  const found = await stat(path);
  return { isFile: found.isFile(), size: found.size };
}

/**
 * A folder of its own with every file offered in it: were it a link, what the program writes beside its data would
 * land in the workspace. Resolves with the bytes that were copied. Only one that is too large to be listed is linked.
 */
async function offerFolder(
  source: string,
  target: string,
  base: string,
  before: number,
  linked: string[],
  signal: AbortSignal,
): Promise<number> {
  const { files, cut } = await listFolder(source, undefined, signal);
  if (cut) {
    if (await exists(target)) return 0;
    await symlink(source, await placeInCheckout(base, target), 'dir');
    linked.push(source);
    return 0;
  }
  await folderInCheckout(base, target);
  let copied = 0;
  for (const { path, size } of files) {
    signal.throwIfAborted();
    copied += await offer(join(source, path), join(target, path), base, size, before + copied, linked);
  }
  return copied;
}

/** A clone where the file system can, a copy when small, else a link. Read-only where it is ours. */
async function offer(
  source: string,
  path: string,
  base: string,
  size: number,
  before: number,
  linked: string[],
): Promise<number> {
  const target = await placeInCheckout(base, path);
  let copied = 0;
  try {
    await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return 0;
    if (size > copyLimit || before + size > copyLimitTogether) {
      await symlink(source, target, 'file');
      linked.push(source);
      return 0;
    }
    await copyFile(source, target, constants.COPYFILE_EXCL);
    copied = size;
  }
  const { mode } = await stat(target);
  await chmod(target, mode & 0o555);
  return copied;
}

async function isOtherThanFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    found => !found.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
