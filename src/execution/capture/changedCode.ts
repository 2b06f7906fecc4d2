/**
 * Which files of the snapshot somebody changed while the run was going, and what the run had of them. Invariant: a file is
 * told to be harmless only where every process was observed, and each read it before it was touched, or not at all.
 */
import { resolve } from 'node:path';
import { findEditedFiles } from '../../git/findEditedFiles.ts';
import { isBelow } from './ignoredPaths.ts';
import type { Seen } from './readSeen.ts';

export interface ChangedCodeQuestion {
  readonly root: string;
  /** Of the snapshot. */
  readonly tree: string;
  readonly gaps: readonly string[];
  /** When the run was asked for, before its snapshot was taken. Milliseconds since the epoch. */
  readonly askedAt: number;
  readonly declaredOutputs: readonly string[];
  readonly seen: Seen;
  /** Every process of the run was observed. */
  readonly allSeen: boolean;
}

/** Paths relative to the root. */
export interface ChangedCode {
  readonly all: readonly string[];
  /** Read after they were changed, or changed back since. */
  readonly beforeUse: readonly string[];
  /** Not read after they were changed. */
  readonly afterUse: readonly string[];
}

/** Rejects when git does. */
export async function changedCode(question: ChangedCodeQuestion): Promise<ChangedCode> {
  const { root, tree, gaps, askedAt, seen, allSeen } = question;
  // File systems store times more coarsely than the clock tells them.
  const since = askedAt - 20;
  const { edited, putBack } = await findEditedFiles({ root, tree, gaps, since: askedAt - 2_000 });
  const written = [...seen.writes, ...question.declaredOutputs].map(path => resolve(root, path));
  const isOwn = (path: string): boolean => written.some(one => isBelow(resolve(root, path), one));
  const touched = new Map(
    [...seen.reads, ...(seen.loads ?? [])].map(({ path, touchedAt, modifiedAt }) => [
      path,
      touchedAt ?? modifiedAt,
    ]),
  );
  const readLate = (path: string): boolean => (touched.get(resolve(root, path)) ?? -Infinity) >= since;
  // That it is as it was says nothing of what was read; that it was read while it was touched does.
  const back = putBack.filter(path => readLate(path) && !isOwn(path));
  const others = edited.filter(path => !isOwn(path));
  const late = others.filter(readLate);
  return {
    all: [...others, ...back].sort(),
    beforeUse: [...late, ...back].sort(),
    afterUse: allSeen ? others.filter(path => !readLate(path)) : [],
  };
}
