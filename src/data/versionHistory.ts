/** The versions of a pinned path over the history of git: who made which when, and which runs used or made it. */
import { join } from 'node:path';
import { notARepository } from '../git/errors.ts';
import { findRepository } from '../git/findRepository.ts';
import type { GitContext } from '../git/runGit.ts';
import { ObjectCache } from './cache/objectCache.ts';
import { openDataRepository } from './config/openDataRepository.ts';
import type { DataRepository } from './dataRepository.ts';
import type { DataTask } from './dataProgress.ts';
import { pathHasNoVersions } from './history/errors.ts';
import { commitsTouching, type TouchingCommit } from './history/commitsTouching.ts';
import { findDataFolder } from './history/findDataFolder.ts';
import { pinCandidates } from './history/pinCandidates.ts';
import { pinnedAtCommits, type PinnedThen } from './history/pinnedAtCommits.ts';
import { runsOfVersions, type VersionRuns } from './history/runsOfVersions.ts';
import { isInLfsStore } from './lfs/lfsStore.ts';
import { openLfsRepository, type LfsRepository } from './lfs/lfsRepository.ts';

export interface PathVersion {
  /** `md5:<hex>[.dir]` or `sha256:<hex>`; absent where the commit removed the pin. */
  readonly pinned?: string;
  readonly size?: number;
  readonly files?: number;
  /** The commit that brought this version. */
  readonly commit: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly author: string;
  readonly subject: string;
  readonly pinFile: string;
  /** In the local cache or store; of folders, their listing. */
  readonly local: boolean;
  /** Ids, newest first. */
  readonly usedBy: readonly string[];
  readonly madeBy: readonly string[];
}

export interface VersionHistoryRequest {
  /** Relative to the top of the working tree, forward slashes: an output, a file in a pinned folder, or a Git LFS file. */
  readonly path: string;
  /** Where to start; HEAD when absent. */
  readonly revision?: string;
  readonly limit?: number;
}

/**
 * Newest first; the same content twice in a row is one version, that of the older commit. Of a file in a pinned folder
 * whose listing is not here, the folder is told. Rejects with `path-has-no-versions`, `not-a-repository`, or as git does.
 */
export async function versionHistory(
  gitRoot: string,
  request: VersionHistoryRequest,
  task: DataTask = {},
  environment: NodeJS.ProcessEnv = process.env,
): Promise<PathVersion[]> {
  const git = await findRepository(gitRoot, environment);
  if (git === undefined) throw notARepository(gitRoot);
  const context: GitContext = { repository: git, environment, signal: task.signal };
  const path = request.path.replace(/^\.\/|\/+$/g, '');
  const dataFolder = findDataFolder(git.root, path);
  const data =
    dataFolder === undefined ? undefined : await openDataRepository(join(git.root, dataFolder), environment);
  const prefix = dataFolder === undefined || dataFolder === '' ? '' : `${dataFolder}/`;
  const candidates = pinCandidates(path, prefix);
  const files = candidates.flatMap(candidate => candidate.files);
  const commits = await commitsTouching(context, request.revision ?? 'HEAD', files);
  const then = await pinnedAtCommits(context, commits, candidates, {
    ...{ path, prefix },
    ...(data === undefined ? {} : { cache: ObjectCache.of(data) }),
  });
  const versions = distinct(commits, then).slice(0, request.limit);
  if (!versions.some(version => version.then !== undefined)) throw pathHasNoVersions(path);
  const runs = await runsOfVersions(join(git.commonDir, 'lockstep'), path, task.signal);
  const lfs = versions.some(({ then: one }) => one?.pinned.startsWith('sha256:') === true)
    ? await openLfsRepository(git.root, environment)
    : undefined;
  return Promise.all(versions.map(version => told(version, { data, lfs, runs })));
}

interface Version {
  readonly commit: TouchingCommit;
  /** Undefined where the pin was taken away. */
  readonly then: PinnedThen | undefined;
  readonly pinFile: string;
}

/** Of commits in a row with the same content the oldest, which brought it. */
function distinct(commits: readonly TouchingCommit[], then: ReadonlyMap<string, PinnedThen>): Version[] {
  const versions: Version[] = [];
  let before: PinnedThen | undefined;
  for (const commit of commits.toReversed()) {
    const now = then.get(commit.id);
    if (now?.pinned !== before?.pinned) {
      const pinFile = (now ?? before)?.pinFile ?? '';
      versions.push({ commit, then: now, pinFile });
    }
    before = now;
  }
  return versions.reverse();
}

interface Surroundings {
  readonly data: DataRepository | undefined;
  readonly lfs: LfsRepository | undefined;
  readonly runs: VersionRuns;
}

async function told(
  { commit, then, pinFile }: Version,
  { data, lfs, runs }: Surroundings,
): Promise<PathVersion> {
  const { id, at, author, subject } = commit;
  const about = { commit: id, at, author, subject, pinFile };
  if (then === undefined) return { ...about, local: false, usedBy: [], madeBy: [] };
  const { pinned, object, size, files } = then;
  const local =
    object !== undefined && data !== undefined
      ? await ObjectCache.of(data).has(object)
      : lfs !== undefined && isInLfsStore(lfs, pinned.slice('sha256:'.length), size ?? 0);
  return {
    ...{ pinned, ...about, local },
    ...(size === undefined ? {} : { size }),
    ...(files === undefined ? {} : { files }),
    usedBy: runs.used.get(pinned) ?? [],
    madeBy: runs.made.get(pinned) ?? [],
  };
}
