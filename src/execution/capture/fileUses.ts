/**
 * The inputs and outputs of a run: what was declared, what the Python hook saw, and (since compiled code reads and
 * writes past the hook) files that changed below the project while it ran. Sizes and times come at once; content
 * hashes are a second step, hashFileUses.ts, that may take as long as the disk needs.
 */
import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import type { FileUse, PresentFile } from '../../runs/captured.ts';
import type { MadeLink } from '../../runs/result.ts';
import { collapseFolders } from './collapseFolders.ts';
import { changedProblem, describeEarlier, overwritten, sameTime, type ListedInput } from './earlierUses.ts';
import { findChangedFiles } from './findChangedFiles.ts';
import { hashFolderContents, hashListing, listFolder } from './hashFolder.ts';
import { holdsSecrets, ignoredPaths, isBelow, isEnvironmentPrefix } from './ignoredPaths.ts';
import { wasLeftAlone, type OutputSights } from './leftAlone.ts';
import { isSource } from './isSource.ts';
import { listedFolders } from './listedFolders.ts';
import { linkWithin } from './linkWithin.ts';
import { loadedCode } from './loadedCode.ts';
import { foldersMadeBy, madeFolders } from './madeFolders.ts';
import { madeLinks } from './madeLinks.ts';
import { movedFiles } from './movedFiles.ts';
import { goneProblem, isOwnTemporary } from './temporaryFiles.ts';
import type { Seen, SeenRead } from './readSeen.ts';
import { unseenReads } from './unseenReads.ts';
import { writtenUnseen } from './writtenUnseen.ts';

export interface FileUseQuestion {
  /** Absolute root of the repository or project; paths below it are recorded relative to it. */
  readonly root: string;
  /** Absolute folder the command ran in; declared paths may be relative to the root. */
  readonly cwd: string;
  /** From `plan.json`: relative to the root where below it, else absolute. */
  readonly declaredInputs: readonly string[];
  readonly declaredOutputs: readonly string[];
  /** Size and time of a declared input when the run began. */
  readonly firstSight?: (path: string) => { readonly size: number; readonly modifiedAt: number } | undefined;
  /** Declared outputs as they lay there before the start; undefined where nobody looked. */
  readonly outputsBefore?: OutputSights | undefined;
  readonly seen: Seen;
  /** The words of the command, without its secrets. */
  readonly argv?: readonly string[];
  /** Files below the root that were found open for reading. */
  readonly opened?: readonly SeenRead[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Other runs, or another program, wrote below the same root meanwhile: changed files may be theirs. */
  readonly overlapping?: boolean;
  /** Whose a changed file (absolute) is, where the runs that wrote meanwhile say so. */
  readonly ownedBy?: ((path: string) => 'this-run' | 'another' | 'unknown') | undefined;
  /** The hook was active in every process of the run. */
  readonly allSeen?: boolean;
  /** Tells of a path relative to the root (forward slashes) whether the code snapshot holds its bytes. */
  readonly isInSnapshot?: (path: string) => boolean;
  /** Whether the code snapshot has a file below this folder, relative to the root. */
  readonly hasSnapshotFiles?: (folder: string) => boolean;
  /** The store and the run folder: never inputs or outputs. */
  readonly own?: readonly string[];
  readonly environments?: readonly string[];
  readonly home?: string | undefined;
  /** Where programs put what they need for a moment; absolute. */
  readonly temporary?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface FileUses {
  readonly inputs: readonly ListedInput[];
  readonly outputs: readonly FileUse[];
  /** Source files that changed meanwhile and that the run did not write. */
  readonly meanwhile: readonly string[];
  /** What the program found in folders whose entries it asked for, and did not read. */
  readonly present: readonly PresentFile[];
  /** Folders whose entries were asked for, with more such files than are recorded. */
  readonly listed: readonly string[];
  /** Folders that the run made for its outputs, paths as of outputs, sorted: the topmost ones. */
  readonly madeFolders: readonly string[];
  readonly links: readonly MadeLink[];
  /** Files of the project that hold secrets and were read: relative to the root, sorted. */
  readonly notKept: readonly string[];
}

/** Without content hashes, sorted by path. Rejects only when aborted. */
export async function listFileUses(question: FileUseQuestion): Promise<FileUses> {
  const { root, seen, signal } = question;
  const ignored = ignoredPaths({
    root,
    home: question.home,
    own: question.own ?? [],
    environments: [
      ...(question.environments ?? []),
      ...seen.pythons.flatMap(({ prefix, basePrefix }) => [prefix, basePrefix]).filter(isEnvironmentPrefix),
    ],
  });
  const context: Context = { question, ignored };
  const declaredInputs = question.declaredInputs.map(path => resolve(root, path));
  const declaredOutputs = question.declaredOutputs.map(path => resolve(root, path));
  const isDeclared = (path: string, declared: readonly string[]): boolean =>
    declared.some(folder => isBelow(path, folder));

  const earlier = new Map(
    (seen.earlier ?? []).filter(({ path }) => !ignored(path)).map(one => [one.path, one]),
  );
  const inputs: ListedInput[] = await Promise.all(
    declaredInputs.map(async path => {
      const before = earlier.get(path);
      return before === undefined
        ? describeDeclared(context, path, question.firstSight?.(path))
        : describeEarlier(base(context, path, 'declared'), before, before);
    }),
  );
  for (const before of earlier.values()) {
    if (isDeclared(before.path, declaredInputs)) continue;
    const read = seen.reads.find(({ path }) => path === before.path);
    const input = await describeEarlier(base(context, before.path, 'seen'), before, read ?? before);
    if (!isOwnTemporary(input, question.temporary ?? [])) inputs.push(input);
  }
  const reads = seen.reads.filter(
    ({ path }) => !ignored(path) && !isDeclared(path, declaredInputs) && !earlier.has(path),
  );
  for (const { path, size, modifiedAt, files } of collapseFolders(reads, path => isBelow(path, root))) {
    signal?.throwIfAborted();
    if (files === undefined) {
      const read = await describeRead(context, { path, size, modifiedAt });
      if (!isOwnTemporary(read, question.temporary ?? [])) inputs.push(read);
    } else
      inputs.push({
        ...base(context, path, 'seen'),
        size,
        sha256: hashListing(files),
        files: files.length,
        hashOf: 'listing',
      });
  }
  const known = new Set(inputs.map(({ path }) => resolve(root, path)));
  const isInSnapshot = question.isInSnapshot ?? (() => false);
  for (const load of await loadedCode({ ...question, ignored, isInSnapshot })) {
    if (known.has(load.path) || isDeclared(load.path, declaredInputs)) continue;
    const use = { ...(await describeRead(context, load)), code: true };
    inputs.push(load.changed === undefined ? use : { ...use, problem: changedProblem });
  }

  const outputs = await Promise.all(declaredOutputs.map(path => describeOutput(context, path)));
  const moved = await movedFiles(seen.moved ?? [], { since: question.startedAt, ignored, signal });
  const written = new Set(
    [...seen.writes, ...moved].filter(path => !ignored(path) && !isDeclared(path, declaredOutputs)),
  );
  for (const path of written) {
    signal?.throwIfAborted();
    const use = await describeWritten(context, path, 'seen');
    if (use !== undefined) outputs.push(use);
  }
  const meanwhile: string[] = [];
  // Whatever the program only read, somebody else changed, or compiled code did.
  const readBefore = new Set(
    seen.reads.filter(({ modifiedAt }) => modifiedAt < question.startedAt).map(({ path }) => path),
  );
  const changed = await findChangedFiles({ root, since: question.startedAt, ignored, signal });
  for (const path of changed) {
    if (written.has(path) || isDeclared(path, declaredOutputs)) continue;
    const owner = question.ownedBy?.(path) ?? 'unknown';
    if (owner === 'another') continue;
    // Only source: compiled code writes data past the hook.
    if (question.allSeen === true && owner === 'unknown' && isSource(path)) {
      meanwhile.push(base(context, path, 'seen').path);
      continue;
    }
    const perhaps = question.overlapping === true || (question.allSeen === true && readBefore.has(path));
    const how = perhaps && owner === 'unknown' ? 'ambiguous' : 'seen';
    const use = await describeWritten(context, path, how);
    // Code that changed without the program being seen to write it was most likely edited by a person.
    if (use !== undefined) outputs.push(use.inSnapshot === true ? { ...use, how: 'ambiguous' } : use);
  }
  const unseen = await unseenReads({
    ...{ root, cwd: question.cwd, argv: question.argv ?? [], seen, opened: question.opened ?? [] },
    known: new Set([...[...inputs, ...outputs].map(({ path }) => resolve(root, path)), ...changed]),
    ...{ ignored, isInSnapshot, startedAt: question.startedAt },
  });
  for (const { how, code, ...read } of unseen) {
    if (isDeclared(read.path, [...declaredInputs, ...declaredOutputs])) continue;
    const use = { ...(await describeRead(context, read)), how };
    inputs.push(code === true ? { ...use, code } : use);
  }
  const madeByRun = foldersMadeBy(seen.folders ?? [], question.startedAt);
  const made = await madeFolders(
    root,
    outputs.map(({ path }) => resolve(root, path)),
    madeByRun,
  );
  if (question.allSeen !== true) {
    const seenWrites = new Set([...seen.writes, ...moved]);
    inputs.push(
      ...(await writtenUnseen({ root, inputs, outputs, seenWrites, startedAt: question.startedAt })),
    );
  }
  return {
    inputs: sorted(inputs.map(input => overwritten(input, outputs, question.startedAt))),
    ...{ outputs: sorted(outputs), meanwhile: meanwhile.sort() },
    notKept: seen.reads
      .filter(({ path }) => isBelow(path, root) && holdsSecrets(path))
      .map(({ path }) => base(context, path, 'seen'))
      .filter(use => use.inSnapshot !== true)
      .map(({ path }) => path)
      .sort(),
    madeFolders: made.map(path => base(context, path, 'seen').path),
    links: await madeLinks(
      (seen.links ?? []).filter(path => !ignored(path)),
      root,
      path => base(context, path, 'seen').path,
    ),
    ...(await listedFolders({
      ...{ root, ignored, signal, madeByRun, madeFolders: made, isInSnapshot },
      ...{ startedAt: question.startedAt, listed: seen.listed ?? [] },
      known: [
        ...[...inputs, ...outputs].map(({ path }) => resolve(root, path)),
        ...seen.reads.map(({ path }) => path),
      ],
      hasSnapshotFiles: question.hasSnapshotFiles ?? (() => false),
    })),
  };
}

interface Context {
  readonly question: FileUseQuestion;
  readonly ignored: (path: string) => boolean;
}

function base({ question }: Context, path: string, how: string): FileUse {
  const below = isBelow(path, question.root) && path !== question.root;
  const recorded = below ? relative(question.root, path).split(sep).join('/') : path;
  const inSnapshot = below && question.isInSnapshot?.(recorded) === true;
  return { path: recorded, how, ...(inSnapshot ? { inSnapshot } : {}) };
}

/** Small folders are hashed by content, file by file; large ones by their listing. */
const mostFolderBytes = 1024 * 1024 * 1024;

async function describeDeclared(
  context: Context,
  path: string,
  first?: { readonly size: number; readonly modifiedAt: number },
): Promise<FileUse> {
  const use = base(context, path, 'declared');
  const { signal } = context.question;
  try {
    const found = await stat(path);
    if (!found.isDirectory()) {
      if (first !== undefined && !(first.size === found.size && sameTime(first.modifiedAt, found.mtimeMs)))
        return { ...use, size: first.size, modifiedAt: first.modifiedAt, problem: changedProblem };
      return { ...use, size: found.size, modifiedAt: found.mtimeMs };
    }
    const listing = await listFolder(path, undefined, signal);
    const facts = { ...use, size: listing.size, modifiedAt: found.mtimeMs, files: listing.files.length };
    if (listing.cut) return { ...facts, problem: 'too many files to be listed' };
    if (listing.size > mostFolderBytes)
      return { ...facts, sha256: hashListing(listing.files), hashOf: 'listing' };
    return { ...facts, sha256: await hashFolderContents(path, listing, signal), hashOf: 'contents' };
  } catch (error) {
    signal?.throwIfAborted();
    const isThere = !['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
    return { ...use, problem: isThere ? errorText(error) : 'missing' };
  }
}

async function describeOutput(context: Context, path: string): Promise<FileUse> {
  const use = await describeDeclared(context, path);
  const { outputsBefore, startedAt } = context.question;
  const leftAlone = await wasLeftAlone(path, outputsBefore, startedAt - clockToleranceMs);
  return leftAlone ? { ...use, unwritten: true } : use;
}

async function describeRead(
  context: Context,
  { path, size, modifiedAt }: { path: string; size: number; modifiedAt: number },
): Promise<FileUse> {
  const link = await linkWithin(context.question.root, path);
  const use = { ...base(context, path, 'seen'), size, modifiedAt, ...(link === undefined ? {} : { link }) };
  const now = await stat(path).catch(() => undefined);
  if (now === undefined) return { ...use, problem: goneProblem };
  if (now.size !== size || !sameTime(now.mtimeMs, modifiedAt)) return { ...use, problem: changedProblem };
  return { ...use, modifiedAt: now.mtimeMs };
}

/** Undefined for what is gone again (a temporary file) and for what is no file. */
async function describeWritten(context: Context, path: string, how: string): Promise<FileUse | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  // Opened for writing long ago by an earlier program of this run, or only opened: then it is no output of it.
  if (Math.max(found.mtimeMs, found.ctimeMs) < context.question.startedAt - clockToleranceMs)
    return undefined;
  return { ...base(context, path, how), size: found.size, modifiedAt: found.mtimeMs };
}

/** Clocks of file systems are coarser than ours. */
const clockToleranceMs = 2000;

function sorted<T extends FileUse>(uses: readonly T[]): T[] {
  return [...uses].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
