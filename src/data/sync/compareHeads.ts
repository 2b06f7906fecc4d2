/**
 * The verdict on a move of HEAD, from the pins that differ between two commits: which paths follow, what of them is
 * here, what would have to come. Reads no content and writes nothing; its cost is that of the difference.
 */
import { findRepository } from '../../git/findRepository.ts';
import type { GitContext } from '../../git/runGit.ts';
import type { DataTask } from '../dataProgress.ts';
import { isChosen, readSparseChoice } from '../operations/sparseChoice.ts';
import { freeSpace } from '../remotes/freeSpace.ts';
import { changedBlobs } from './changedBlobs.ts';
import { changedPins } from './changedPins.ts';
import type { HeadMove } from './headWatch.ts';
import { lookAtLfs } from './lookAtLfs.ts';
import { lookAtOutputs } from './lookAtOutputs.ts';
import type { SyncPath, SyncVerdict } from './syncVerdict.ts';

/** `gitRoot`: the top of the working tree. Rejects when git does, `data-config-invalid`, or when aborted. */
export async function compareHeads(
  gitRoot: string,
  move: HeadMove,
  task: DataTask = {},
  environment: NodeJS.ProcessEnv = process.env,
): Promise<SyncVerdict> {
  const git = move.from === move.to ? undefined : await findRepository(gitRoot, environment);
  const paths: SyncPath[] = [];
  const problems: { path: string; what: string }[] = [];
  if (git !== undefined) {
    const context: GitContext = { repository: git, environment, signal: task.signal };
    const changed = await changedBlobs(context, git, move);
    const [pins, lfs] = await Promise.all([
      changedPins(context, git, changed, move),
      lookAtLfs(context, git, changed),
    ]);
    paths.push(...lfs);
    for (const { repository, prefix, changes, problems: own } of pins) {
      const choice = await readSparseChoice(repository);
      const isWanted = (path: string): boolean => isChosen(choice, path);
      paths.push(...(await lookAtOutputs(repository, prefix, changes, isWanted, task.signal)));
      problems.push(...own.map(({ path, what }) => ({ path: prefix + path, what })));
    }
    paths.sort((one, other) => (one.path < other.path ? -1 : 1));
  }
  const moving = paths.filter(path => path.state === 'follows' || path.state === 'folder');
  const sum = (count: (path: SyncPath) => number): number =>
    moving.reduce((all, path) => all + count(path), 0);
  const freeBytes = moving.length === 0 ? undefined : await freeSpace(gitRoot);
  return {
    ...{ from: move.from, to: move.to, paths },
    ...(move.operation === undefined ? {} : { operation: move.operation }),
    toPlace: { paths: moving.length, bytes: sum(path => path.placeBytes) },
    toFetch: {
      files: sum(path => path.fetchFiles),
      bytes: sum(path => path.fetchBytes),
      ...(moving.some(path => path.atLeast === true) ? { atLeast: true } : {}),
    },
    modified: paths.filter(path => path.state === 'modified').map(path => path.path),
    ...(freeBytes === undefined ? {} : { freeBytes }),
    problems,
  };
}
