/**
 * Where the content of a file is that a run read and then wrote to: in the record itself, in the workspace or beside it,
 * in git, in the store of Git LFS, or as what another run wrote, kept or pinned. Only content of the recorded hash counts.
 */
import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { findRepository } from '../../git/findRepository.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse } from '../../runs/captured.ts';
import { recentResults } from '../../runs/recentResults.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPaths, runPathsIn } from '../../runs/runPaths.ts';
import { recordedContent } from '../cause/recordedContent.ts';
import { pinnedCopies } from './placeCheckpoint.ts';

export interface EarlierQuestion {
  readonly input: FileUse;
  readonly original: RunDetails;
  readonly store: string;
  /** Absolute. */
  readonly workspace: string;
  /** Where content that only git holds is written. Made when it is needed; without, nothing is written. */
  readonly folder?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface FoundContent {
  /** Absolute; undefined where nothing was to be written. */
  readonly path?: string;
  /** In words: `the record`. */
  readonly from: string;
}

/** Undefined where it is nowhere, or nobody knows its hash. Rejects only when aborted. */
export async function earlierContent(question: EarlierQuestion): Promise<FoundContent | undefined> {
  const { input, original, store, workspace, folder, environment, signal } = question;
  const { sha256 } = input;
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256) || input.hashOf !== undefined) return undefined;
  const isIt = async (path: string): Promise<boolean> => {
    signal.throwIfAborted();
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true || (input.size !== undefined && found.size !== input.size)) return false;
    return (await hashFile(path, signal).catch(() => undefined)) === sha256;
  };
  const own = join(runPathsIn(original.dir).earlier, sha256);
  if (await isIt(own)) return { path: own, from: 'the record' };
  const near = await recordedContent({
    ...{ input, root: workspace, folder, signal, environment: { ...environment } },
  });
  if (near === 'git') return { from: 'the history of git' };
  if (near !== undefined) {
    const written = folder !== undefined && near.startsWith(join(folder, ''));
    return { path: near, from: written ? 'the history of git' : 'the workspace' };
  }
  const repository = await findRepository(workspace, { ...environment }).catch(() => undefined);
  if (repository !== undefined) {
    const object = join(
      repository.commonDir,
      'lfs',
      'objects',
      sha256.slice(0, 2),
      sha256.slice(2, 4),
      sha256,
    );
    if (await isIt(object)) return { path: object, from: 'the store of Git LFS' };
  }
  for await (const { id, outputs, pinned } of recentResults(store)) {
    const kept = join(runPaths(store, id).earlier, sha256);
    if (await isIt(kept)) return { path: kept, from: `the record of run ${id.slice(-6)}` };
    for (const output of outputs.filter(one => one.sha256 === sha256)) {
      const path = isAbsolute(output.path) ? output.path : join(workspace, output.path);
      if (await isIt(path)) return { path, from: `an output of run ${id.slice(-6)}` };
      const place = { original: { result: { pinned } }, workspace, environment };
      for (const copy of await pinnedCopies(output, place))
        if (await isIt(copy)) return { path: copy, from: 'the data cache' };
    }
  }
  return undefined;
}
