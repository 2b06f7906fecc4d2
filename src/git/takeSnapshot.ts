/**
 * Records the code of a run: the working tree exactly as it is on disk, as a tree in git's own object store, kept from
 * garbage collection out of sight. The person's index, HEAD, branches, stash, configuration and files are only read.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinAll } from '../base/joinAll.ts';
import { LockstepError } from '../base/lockstepError.ts';
import { errorText } from '../base/systemError.ts';
import type { Known } from '../runs/known.ts';
import type { Code, SnapshotGap } from '../runs/plan.ts';
import { bytePathOf, bytePathText } from './bytePath.ts';
import { diffTrees } from './compareTrees.ts';
import { holdConvertedFiles } from './convertedFiles.ts';
import { findRepository, type Repository } from './findRepository.ts';
import { describeGaps } from './gaps.ts';
import { gapsOfSubmodule, recordSubmodule, snapshotSubmodules } from './submodules.ts';
import { keepTrees } from './keepTrees.ts';
import {
  gitSettings,
  headCommit,
  headOnRemote,
  recordedCommit,
  remotesOf,
  rootCommits,
  settingsThatChangeBytes,
} from './repositoryFacts.ts';
import { gitLine, type GitContext } from './runGit.ts';
import { defaultSnapshotLimits, type SnapshotBudget, type SnapshotLimits } from './snapshotLimits.ts';
import { openSnapshotStore, snapshotRepositoryOf } from './snapshotStore.ts';
import { temporaryIndex, type TemporaryIndex } from './temporaryIndex.ts';
import { treeObject } from './treeObject.ts';
import { exactSettings, writeWorkingTree, type WorkingTree } from './writeWorkingTree.ts';

export interface SnapshotRequest {
  /** The project's root, or any folder below it. */
  readonly root: string;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<SnapshotLimits>;
  /** What git is started from; `process.env` when absent. Inherited `GIT_*` variables never reach our plumbing. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * `captured` when every byte is held, `declared` with the reason when some are only listed, `unknown` outside git and
 * where git fails. Rejects only when `signal` aborts.
 */
export async function takeSnapshot(request: SnapshotRequest): Promise<Known<Code>> {
  const { root, signal, environment = process.env } = request;
  signal?.throwIfAborted();
  try {
    const repository = await findRepository(root, environment);
    if (repository === undefined)
      return { known: 'unknown', reason: 'The folder is not in a git repository.' };
    const budget = { ...defaultSnapshotLimits, ...request.limits };
    const value = await snapshotRepository(repository, {
      environment,
      signal,
      budget,
      outermost: repository,
    });
    const reason = describeGaps(value.gaps);
    return reason === undefined ? { known: 'captured', value } : { known: 'declared', value, reason };
  } catch (error) {
    signal?.throwIfAborted();
    const mend = error instanceof LockstepError && error.mend !== undefined ? ` ${error.mend}` : '';
    return { known: 'unknown', reason: errorText(error) + mend };
  }
}

interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  readonly budget: SnapshotBudget;
  readonly outermost: Repository;
}

/** Everything but the verdict on it. Submodules are repositories of their own and come by recursion. */
async function snapshotRepository(repository: Repository, around: Surroundings): Promise<Code> {
  const { environment, signal, budget } = around;
  const facts: GitContext = { repository, environment, signal };
  const exact = { ...facts, settings: exactSettings(await modesAreReal(repository)) };
  await openSnapshotStore(repository);
  const scratch = await mkdtemp(join(tmpdir(), 'lockstep-snapshot-'));
  try {
    const copying = temporaryIndex(exact, repository, scratch, budget.fileBytes);
    const asking = gitSettings(facts);
    const finding = headCommit(facts);
    const [index, settings, head, onRemote, roots, written, submodules] = await joinAll([
      copying,
      asking,
      finding,
      headOnRemote(facts, repository),
      finding.then(commit => rootCommits(facts, repository, commit?.id)),
      writeWithFilters({ exact, repository, around, scratch, copying, asking }),
      snapshotSubmodules(repository, around.outermost, copying, inner => snapshotRepository(inner, around), {
        environment,
        signal,
      }),
      finding.then(head => keepTrees(facts, head === undefined ? [] : [head.tree])),
    ]);
    const { workingTree, converted } = written;
    const heldTree = await holdBlobs(facts, converted);
    const tree = workingTree.tree ?? head?.tree ?? (await gitLine(facts, ['mktree'], { storing: true }));
    const own = [tree === head?.tree ? undefined : tree, heldTree].filter(id => id !== undefined);
    const [changed] = await joinAll([
      head?.tree === tree ? [] : diffTrees(facts, head?.tree ?? emptyTree(repository), tree),
      keepTrees({ ...facts, repository: snapshotRepositoryOf(repository) }, own),
    ]);
    const hiddenBySparse = new Set(
      index.entries.filter(entry => entry.skipWorktree).map(entry => entry.path),
    );
    const listed = [
      ...changed.filter(file => !(workingTree.missing.has(file.path) && hiddenBySparse.has(file.path))),
      ...submodules.flatMap(({ path, code }) =>
        code.changed.map(file => ({ path: `${path}/${bytePathOf(file.path)}`, status: file.status })),
      ),
    ];
    return {
      rootCommits: roots,
      remotes: remotesOf(settings),
      ...(head === undefined ? {} : { head: head.id, ...recordedCommit(head.bytes), headTree: head.tree }),
      ...(workingTree.branch === undefined ? {} : { branch: workingTree.branch }),
      headOnRemote: onRemote,
      tree,
      ...(heldTree === undefined ? {} : { heldTree }),
      changed: listed
        .slice(0, maxListedChanges)
        .map(file => ({ path: bytePathText(file.path), status: file.status })),
      changedCount:
        listed.length +
        submodules.reduce((sum, { code }) => sum + code.changedCount - code.changed.length, 0),
      gaps: [...workingTree.gaps, ...converted, ...submodules.flatMap(gapsOfSubmodule)],
      submodules: submodules.flatMap(submodule => recordSubmodule(submodule, around.outermost)),
      settings: settingsThatChangeBytes(settings),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 }).catch(leaveBehind);
  }
}

/** A scratch folder that stays must not cost a snapshot, nor hide the error that ended it. */
function leaveBehind(): void {
  return undefined;
}

/** As many as a person will ever read. */
const maxListedChanges = 1000;

interface Writing {
  readonly exact: GitContext;
  readonly repository: Repository;
  readonly around: Surroundings;
  readonly scratch: string;
  readonly copying: Promise<TemporaryIndex>;
  readonly asking: Promise<ReadonlyMap<string, string>>;
}

interface Written {
  readonly workingTree: WorkingTree;
  readonly converted: readonly SnapshotGap[];
}

/**
 * With the person's filters first, because then an unchanged notebook or large file shows as unchanged. A filter that
 * is required and fails stops git; then all filters are off, and the tree holds the bytes on disk instead.
 */
async function writeWithFilters(writing: Writing): Promise<Written> {
  const { exact, repository, around, scratch, copying, asking } = writing;
  const index = await copying;
  const spare = { ...around.budget };
  try {
    return await writeOnce(writing, { ...exact, indexFile: index.file }, index);
  } catch (error) {
    around.signal?.throwIfAborted();
    const off = filtersOff(await asking);
    if (off.length === 0) throw error;
    Object.assign(around.budget, spare);
    const again = { ...exact, settings: [...(exact.settings ?? []), ...off] };
    const folder = await mkdtemp(join(scratch, 'unfiltered-'));
    const fresh = await temporaryIndex(again, repository, folder, around.budget.fileBytes);
    return writeOnce(writing, { ...again, indexFile: fresh.file }, fresh);
  }
}

async function writeOnce(
  { repository, around, asking }: Writing,
  context: GitContext & { readonly indexFile: string },
  index: TemporaryIndex,
): Promise<Written> {
  const { budget } = around;
  const workingTree = await writeWorkingTree({ context, budget, largeChanged: index.largeChanged });
  const settings = await asking;
  const paths = [...index.entries.map(entry => entry.path), ...workingTree.added];
  return {
    workingTree,
    converted: await holdConvertedFiles({ context, repository, settings, budget, paths }),
  };
}

function filtersOff(settings: ReadonlyMap<string, string>): string[] {
  const names = new Set<string>();
  for (const name of settings.keys()) {
    const filter = /^filter\.(.+)\.(clean|smudge|process|required)$/s.exec(name)?.[1];
    if (filter !== undefined) names.add(filter);
  }
  return [...names].flatMap(name => [
    `filter.${name}.clean=`,
    `filter.${name}.process=`,
    `filter.${name}.required=false`,
  ]);
}

/** A tree that names every blob, so that keeping it keeps them all. */
async function holdBlobs(
  context: GitContext,
  converted: readonly SnapshotGap[],
): Promise<string | undefined> {
  const blobs = new Set(converted.flatMap(gap => (gap.blob === undefined ? [] : [gap.blob])));
  if (blobs.size === 0) return undefined;
  const input = treeObject([...blobs].map(id => ({ mode: '100644', name: id, id })));
  return gitLine(context, ['hash-object', '-t', 'tree', '-w', '--stdin'], { input, storing: true });
}

/**
 * Whether the file system keeps modes and links, so that git may be told to look at them whatever the settings say.
 * Where it does not, every file looks executable, git's own configuration file too.
 */
async function modesAreReal(repository: Repository): Promise<boolean> {
  if (process.platform === 'win32') return false;
  return stat(join(repository.commonDir, 'config')).then(
    found => (found.mode & 0o100) === 0,
    () => false,
  );
}

function emptyTree(repository: Repository): string {
  return repository.idBytes === 20
    ? '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    : '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';
}
