/**
 * Gives a private checkout the files that the run read and that are not part of its code: data that git ignores.
 * Invariants: the original file is never written to by us; a file is called verified only when its content was hashed
 * just now and equals the recorded hash; somebody else's program is given nothing but such files and what a person named.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { hashFolderContents, listFolder } from '../../execution/capture/hashFolder.ts';
import { isOfDvc } from '../../execution/capture/ignoredPaths.ts';
import { isOwnTemporary, temporaryFolders } from '../../execution/capture/temporaryFiles.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { isOtherFile } from './isOtherFile.ts';
import { folderInCheckout, leadsOut, placeInCheckout } from './placeInCheckout.ts';
import { keepTime } from './keepTime.ts';
import type { MayLink } from './keptLinks.ts';
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
  /** Here, but not given to somebody else's program, because the record does not prove that it had them. */
  readonly withheld: readonly WithheldInput[];
}

export interface WithheldInput {
  /** As recorded. */
  readonly path: string;
  readonly why: 'changed' | 'unverified';
  /** The run surely read it. */
  readonly needed: boolean;
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
  /** Give nothing but what the recorded hash proves, and recorded paths in `given` or below one of them. */
  readonly provenOnly?: { readonly given: readonly string[] } | undefined;
  /** Where the content of an input lies, if not at its own path. Absolute. */
  readonly sourceOf?: ((path: string) => string | undefined) | undefined;
  /** What may not be linked is copied, however large. */
  readonly mayLink: MayLink;
  readonly signal: AbortSignal;
}

/** Files up to this size are copied where the file system cannot clone them; larger ones are linked where they may be. */
const copyLimit = 64 * 1024 * 1024;
/** Of all copies of one reproduction together. */
const copyLimitTogether = 2 * 1024 * 1024 * 1024;

export async function offerInputs(request: OfferRequest): Promise<OfferedInputs> {
  const { layout, signal } = request;
  const found: Record<Problem, string[]> = { missing: [], changed: [], unverified: [] };
  const verified: VerifiedInput[] = [];
  const withheld: WithheldInput[] = [];
  const placing: Placing = { base: layout.base, mayLink: request.mayLink, linked: [], copied: 0 };
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
    const state = await verify(source, input, request);
    if (output !== undefined && state !== 'verified') {
      // Read, then written over: what was read is gone.
      if (input.how !== 'ambiguous') found.unverified.push(input.path);
      continue;
    }
    if (state === 'missing' && input.how === 'ambiguous') continue;
    if (
      target !== undefined &&
      (state === 'changed' || state === 'unverified') &&
      !mayBeGiven(input, request)
    ) {
      withheld.push({ path: input.path, why: state, needed: input.how !== 'ambiguous' });
      continue;
    }
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
    const behind = isFile ? await placeBehind(input, target, layout) : undefined;
    if (behind !== undefined && input.link !== undefined) {
      await offer(source, behind, size, placing, input.modifiedAt);
      await symlink(input.link, await placeInCheckout(layout.base, target), 'file');
    } else if (isFile) await offer(source, target, size, placing, input.modifiedAt);
    else await offerFolder(source, target, placing, signal);
  }
  return { ...found, linked: placing.linked, verified, withheld };
}

/** Of content that is not the recorded one. What was chosen in its place was chosen here. */
function mayBeGiven({ path }: FileUse, request: OfferRequest): boolean {
  const { provenOnly } = request;
  return (
    provenOnly === undefined ||
    insteadOf(path, request) !== undefined ||
    provenOnly.given.some(one => isInside(path, one))
  );
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

/** Of a link within the repository where the file lies that it leads to; undefined for any other. */
async function placeBehind(
  { link }: FileUse,
  target: string,
  { base, checkout }: CheckoutLayout,
): Promise<string | undefined> {
  if (link === undefined || isAbsolute(link)) return undefined;
  const place = join(dirname(target), link);
  const isWithin = isInside(place, checkout) && place !== target && !isInside(target, place);
  return isWithin && !(await leadsOut(base, place)) ? place : undefined;
}

async function verify(
  source: string,
  input: FileUse,
  { signal, provenOnly }: OfferRequest,
): Promise<'verified' | Problem> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) return 'missing';
  if (input.sha256 === undefined) {
    const isOther = found.isFile() && isOtherFile(input, found, provenOnly === undefined);
    return isOther ? 'changed' : 'unverified';
  }
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

/** Of one reproduction. */
interface Placing {
  readonly base: string;
  readonly mayLink: MayLink;
  /** Where links lead. */
  readonly linked: string[];
  /** Bytes so far. */
  copied: number;
}

/**
 * A folder of its own with every file offered in it: were it a link, what the program writes beside its data would
 * land in the workspace. Only one that is too large to be listed is linked.
 */
async function offerFolder(
  source: string,
  target: string,
  placing: Placing,
  signal: AbortSignal,
): Promise<void> {
  const { base, linked } = placing;
  const listing = await listFolder(source, undefined, signal);
  if (listing.cut && (await exists(target))) return;
  if (listing.cut && (await placing.mayLink(source))) {
    await symlink(source, await placeInCheckout(base, target), 'dir');
    linked.push(source);
    return;
  }
  const { files, size } = listing.cut ? await listFolder(source, Infinity, signal) : listing;
  await folderInCheckout(base, target);
  // Kept as a whole, not file by file.
  if (files.some(file => file.size > copyLimit) || placing.copied + size > copyLimitTogether)
    await placing.mayLink(source);
  for (const file of files) {
    signal.throwIfAborted();
    await offer(join(source, file.path), join(target, file.path), file.size, placing);
  }
}

/** A clone where the file system can, a copy when small, else a link. Read-only, and with its time, where it is ours. */
async function offer(
  source: string,
  path: string,
  size: number,
  placing: Placing,
  modifiedAt?: number,
): Promise<void> {
  const target = await placeInCheckout(placing.base, path);
  try {
    await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return;
    const isLarge = size > copyLimit || placing.copied + size > copyLimitTogether;
    if (isLarge && (await placing.mayLink(source))) {
      await symlink(source, target, 'file');
      placing.linked.push(source);
      return;
    }
    await copyFile(source, target, constants.COPYFILE_EXCL);
    placing.copied += size;
  }
  const { mode } = await stat(target);
  await chmod(target, mode & 0o555);
  await keepTime(target, modifiedAt ?? (await stat(source)).mtimeMs);
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
