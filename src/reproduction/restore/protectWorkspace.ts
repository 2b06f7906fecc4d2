/**
 * What a reproduction may not touch: the workspace, its git folders, and the folder that the run was recorded in where
 * that belongs to the same repository. Its own record and checkout stay writable wherever they lie.
 */
import { dirname, join } from 'node:path';
import { findProtection } from '../../execution/readOnly/findProtection.ts';
import type { WriteProtection } from '../../execution/readOnly/writeProtection.ts';
import { findRepository } from '../../git/findRepository.ts';
import { isInside } from './relocatePaths.ts';

export interface ProtectRequest {
  /** The workspace that the store belongs to. Absolute. */
  readonly workspace: string;
  /** Of the recorded run; anything, where the record is somebody else's. */
  readonly recordedRoot: string;
  /** The folder of the reproduction's record and the one that holds its checkout. */
  readonly own: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Undefined where nothing can be protected: a workspace that is the root of the file system. Rejects only when aborted. */
export async function protectWorkspace(request: ProtectRequest): Promise<WriteProtection | undefined> {
  const { workspace, recordedRoot, own, environment, signal } = request;
  const variables = { ...environment };
  const [here, there] = await Promise.all(
    [workspace, recordedRoot].map(root => findRepository(root, variables).catch(() => undefined)),
  );
  const git = here === undefined ? [] : [here.gitDir, here.commonDir];
  const recorded = here !== undefined && there?.commonDir === here.commonDir ? [recordedRoot] : [];
  const home = environment['HOME'];
  // Of somebody whose workspace is their home folder.
  const caches =
    home !== undefined && isInside(home, workspace) && dirname(home) !== home ? [join(home, '.cache')] : [];
  return findProtection({
    ...{ folders: [workspace, ...recorded, ...git], except: [...own, ...caches], variables, signal },
  });
}
