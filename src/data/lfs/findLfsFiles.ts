/**
 * Which files of the index are Git LFS pointers, and how the working tree holds them. Nothing is written, no program
 * but git is started, and content is read only where neither its size nor git's own notes tell what it is.
 */
import { lstatSync, readFileSync, type BigIntStats } from 'node:fs';
import { absolutePath, bytePathOf, bytePathText, splitNul, type BytePath } from '../../git/bytePath.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { IndexEntry } from '../../git/indexFile.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import type { DataTask } from '../dataProgress.ts';
import { gitContext } from './gitContext.ts';
import { gitFoundItEqual } from './gitFoundItEqual.ts';
import { pointerLimit, readLfsPointer } from './lfsPointer.ts';
import type { LfsRepository } from './lfsRepository.ts';
import { isInLfsStore } from './lfsStore.ts';
import { readIndexStats } from './readIndexStats.ts';
import { readPointerBlobs } from './readPointerBlobs.ts';

export interface LfsFile {
  /** Relative to the top of the working tree, forward slashes. */
  readonly path: string;
  /** The same as git has it, one character a byte. */
  readonly bytePath: BytePath;
  /** The pointer's blob in git. */
  readonly blob: string;
  readonly executable: boolean;
  /** 64 hexadecimal digits: the sha256 of the content. */
  readonly oid: string;
  /** Bytes of the content. */
  readonly size: number;
  /** Names of extensions that only git-lfs can run; nearly always none. */
  readonly extensions: readonly string[];
  /**
   * `content`: as pinned. `pointer`: the text of the pointer, never filled. `modified`: anything else. `missing`:
   * deleted. `left-out`: not in the working tree by the sparse choice of git.
   */
  readonly onDisk: 'content' | 'pointer' | 'modified' | 'missing' | 'left-out';
  /** Whether the local store has the content. */
  readonly inStore: boolean;
  /**
   * Of content that was proven by its hash, because git's notes did not tell: the file as it was looked at. Left out
   * where it had been written to a moment before, so that nobody can tell a later write by its times.
   */
  readonly unnoted?: BigIntStats;
}

export interface FindLfsRequest {
  /** Relative to the top, forward slashes; a folder means all below it. Everything when absent. */
  readonly paths?: readonly string[];
  /** What {@link listLfsFiltered} said of the same paths, where it was asked before. */
  readonly listed?: readonly LfsFiltered[];
}

/** Sorted by path. Rejects when git does or the task is aborted. */
export async function findLfsFiles(
  repository: LfsRepository,
  request: FindLfsRequest = {},
  task: DataTask = {},
): Promise<LfsFile[]> {
  const context = gitContext(repository, task);
  const listed = request.listed ?? (await listLfsFiltered(context, request.paths));
  if (listed.length === 0) return [];
  const [pointers, index] = await Promise.all([
    readPointerBlobs(context, new Set(listed.map(one => one.blob))),
    readIndexStats(repository.git),
  ]);
  const files: LfsFile[] = [];
  for (const { bytePath, blob, executable } of listed) {
    task.signal?.throwIfAborted();
    const pointer = pointers.get(blob);
    if (pointer === undefined) continue;
    const { oid, size } = pointer;
    const look = await lookAtDisk(
      repository.git.root,
      { bytePath, oid, size, entry: index.entries.get(bytePath), indexTime: index.modifiedNs },
      task,
    );
    files.push({
      ...{ path: bytePathText(bytePath), bytePath, blob, executable, oid, size },
      extensions: pointer.extensions.map(one => one.name),
      ...(typeof look === 'string' ? { onDisk: look } : look),
      inStore: isInLfsStore(repository, oid, size),
    });
  }
  return files;
}

/** A file that git's attributes give to Git LFS. */
export interface LfsFiltered {
  readonly bytePath: BytePath;
  readonly blob: string;
  readonly executable: boolean;
}

/** Regular files of the index whose attribute says `filter=lfs`. Costs one process of git. */
export async function listLfsFiltered(
  context: GitContext,
  paths: readonly string[] | undefined,
): Promise<LfsFiltered[]> {
  const wanted = paths?.map(path => bytePathOf(path.replace(/^\.?\/*|\/+$/g, '')));
  // Command lines have a limit: beyond a few, all are asked for.
  const asked = wanted === undefined || wanted.length > 100 ? [''] : (paths ?? []);
  const magic = asked.map(path => `:(top,attr:filter=lfs,literal)${path.replace(/\/+$/, '')}`);
  const { stdout } = await runGit(context, ['ls-files', '-z', '--stage', '--', ...magic]);
  const found = new Map<BytePath, LfsFiltered>();
  for (const field of splitNul(stdout)) {
    const match = /^(100644|100755) ([0-9a-f]+) 0\t(.*)$/s.exec(field);
    if (match === null) continue;
    const [, mode, blob = '', bytePath = ''] = match;
    if (wanted !== undefined && !wanted.some(one => isAtOrBelow(bytePath, one))) continue;
    found.set(bytePath, { bytePath, blob, executable: mode === '100755' });
  }
  return [...found.values()];
}

function isAtOrBelow(path: BytePath, top: BytePath): boolean {
  return top === '' || path === top || path.startsWith(`${top}/`);
}

interface DiskQuestion {
  readonly bytePath: BytePath;
  readonly oid: string;
  readonly size: number;
  readonly entry: IndexEntry | undefined;
  readonly indexTime: bigint;
}

type Look = LfsFile['onDisk'] | Pick<LfsFile, 'onDisk' | 'unnoted'>;

async function lookAtDisk(root: string, question: DiskQuestion, task: DataTask): Promise<Look> {
  const { bytePath, oid, size, entry, indexTime } = question;
  const path = absolutePath(root, bytePath);
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return entry?.skipWorktree === true ? 'left-out' : 'missing';
  if (!stats.isFile()) return 'modified';
  if (stats.size < pointerLimit) {
    const bytes = readFileSync(path);
    const pointer = readLfsPointer(bytes);
    if (pointer !== undefined) return pointer.oid === oid ? 'pointer' : 'modified';
  }
  if (stats.size !== BigInt(size)) return 'modified';
  if (entry !== undefined && gitFoundItEqual(entry, stats, indexTime)) return 'content';
  if ((await hashFile(path, task.signal)) !== oid) return 'modified';
  const isSettled = Date.now() - Number(stats.mtimeNs / 1_000_000n) > 1000;
  return { onDisk: 'content', ...(isSettled ? { unnoted: stats } : {}) };
}
