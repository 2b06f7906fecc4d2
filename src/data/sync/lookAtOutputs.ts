/**
 * How the working tree and the cache hold outputs whose pins changed: from the numbers of the file system and from
 * what is known of hashes already. No file's content is read, so that the answer comes while the person still looks.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectCache, objectText } from '../cache/objectCache.ts';
import type { DataRepository } from '../dataRepository.ts';
import { knownFileHashes } from '../hash/knownFileHashes.ts';
import { isFolderObject } from '../objectId.ts';
import type { PinnedOutput } from '../pinnedOutput.ts';
import type { PinChange } from '../pins/comparePins.ts';
import { needOfOutput, type OutputNeed } from './needOfOutput.ts';
import type { SyncPath } from './syncVerdict.ts';

/**
 * `prefix` stands before paths of the data repository in those of git; `isWanted` is the sparse choice of this clone.
 * Rejects when aborted.
 */
export async function lookAtOutputs(
  repository: DataRepository,
  prefix: string,
  changes: readonly PinChange[],
  isWanted: (path: string) => boolean,
  signal?: AbortSignal,
): Promise<SyncPath[]> {
  const cache = ObjectCache.of(repository);
  const moves = changes.flatMap(movesOf).filter(move => isWanted(move.path));
  const files = moves.filter(({ from, to }) => [from, to].some(pin => pin?.object?.algorithm === 'md5'));
  const known = await knownFileHashes(
    repository,
    files.map(move => move.path),
    'unsettled',
  );
  const found: SyncPath[] = [];
  for (const { path, from, to, pinFile } of moves) {
    signal?.throwIfAborted();
    const state = stateOf(join(repository.root, path), known.get(path), from, to);
    // What stays as it is needs nothing.
    const isStill = state === 'there' || state === 'modified';
    const need = isStill || to === undefined ? nothing : await needOfOutput(cache, from, to);
    found.push({
      ...{ path: prefix + path, kind: 'dvc', pinFile: prefix + pinFile },
      change: from === undefined ? 'added' : to === undefined ? 'removed' : 'changed',
      ...(from?.object === undefined ? {} : { from: objectText(from.object) }),
      ...(to?.object === undefined ? {} : { to: objectText(to.object) }),
      ...(to?.size === undefined ? {} : { size: to.size }),
      state,
      ...need,
    });
  }
  return found;
}

const nothing: OutputNeed = { fetchFiles: 0, fetchBytes: 0, placeBytes: 0 };

interface Move {
  readonly path: string;
  readonly pinFile: string;
  readonly from: PinnedOutput | undefined;
  readonly to: PinnedOutput | undefined;
}

/** A renamed output leaves one path and comes to another. What git holds itself, or has no content yet, is left out. */
function movesOf({ path, change, from, to }: PinChange): Move[] {
  const old = holdsContent(from) ? from : undefined;
  const now = holdsContent(to) ? to : undefined;
  const sides =
    change === 'renamed' && from !== undefined
      ? [
          { path: from.path, from: old, to: undefined },
          { path, from: undefined, to: now },
        ]
      : [{ path, from: old, to: now }];
  return sides.flatMap(side => {
    const pinFile = (side.to ?? side.from)?.pinFile;
    return pinFile === undefined ? [] : [{ ...side, pinFile }];
  });
}

function holdsContent(output: PinnedOutput | undefined): boolean {
  return output !== undefined && output.cached && (output.object ?? output.cloudFiles) !== undefined;
}

function stateOf(
  path: string,
  md5: string | undefined,
  from: PinnedOutput | undefined,
  to: PinnedOutput | undefined,
): SyncPath['state'] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return to === undefined ? 'there' : 'follows';
  if (found.isDirectory() || [from, to].some(isFolderPin)) return 'folder';
  if (md5 !== undefined) {
    if (md5 === to?.object?.value) return 'there';
    return md5 === from?.object?.value ? 'follows' : 'modified';
  }
  // A link of ours leads to an object; anything else is told by its size, and by its content when it is placed.
  const sizes = [from, to].flatMap(pin => (pin === undefined ? [] : [pin.size]));
  return found.isFile() && !sizes.includes(undefined) && !sizes.includes(found.size) ? 'modified' : 'follows';
}

function isFolderPin(output: PinnedOutput | undefined): boolean {
  if (output === undefined) return false;
  return output.object === undefined ? output.files !== undefined : isFolderObject(output.object);
}
