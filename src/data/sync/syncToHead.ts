/**
 * Makes the pinned files that a move of HEAD concerns what the new commit's pins say. Local modifications stay and are
 * listed; what cannot be had is listed, and costs nothing else.
 */
import { join } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import type { DataTask } from '../dataProgress.ts';
import { hydrate } from '../lfs/hydrate.ts';
import { openLfsRepository } from '../lfs/lfsRepository.ts';
import { checkoutData, type CheckoutResult } from '../operations/checkoutData.ts';
import type { ObjectTrouble } from '../operations/dataResult.ts';
import type { DataProject } from '../operations/dataProject.ts';
import { openDataProject } from '../operations/openDataProject.ts';
import { pullData } from '../operations/pullData.ts';
import { prefixOf } from '../operations/selectPins.ts';
import { chosenInside, readSparseChoice } from '../operations/sparseChoice.ts';
import { withTools } from '../operations/withTools.ts';
import { withDvcLock } from '../locks/withDvcLock.ts';
import { loadPins } from '../pins/loadPins.ts';
import { removeStale } from '../placing/recordLinks.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import type { SyncPath, SyncVerdict } from './syncVerdict.ts';

export interface SyncRequest {
  readonly verdict: SyncVerdict;
  /** Download what is not here. */
  readonly fetch: boolean;
  readonly credentials?: CredentialSource;
}

export interface SyncOutcome {
  /** Paths that are now what the commit says, and were not before. */
  readonly placed: readonly string[];
  /** Paths that the commit does not pin any more, gone because they were unchanged. */
  readonly removed: readonly string[];
  /** Left alone, with the reason as a sentence without a full stop. */
  readonly kept: readonly { readonly path: string; readonly why: string }[];
  readonly missing: readonly {
    readonly path: string;
    readonly files: number;
    readonly why: string;
    /** Of the failure behind it, as TroubledObject has it. */
    readonly code?: string;
  }[];
  readonly fetched: { readonly files: number; readonly bytes: number };
}

const none: SyncOutcome = { placed: [], removed: [], kept: [], missing: [], fetched: { files: 0, bytes: 0 } };

/**
 * `gitRoot`: the top of the working tree. Rejects when aborted (what was placed stays), or as a checkout and a pull do
 * where nothing could be done.
 */
export async function syncToHead(
  gitRoot: string,
  request: SyncRequest,
  task: DataTask = {},
  environment: NodeJS.ProcessEnv = process.env,
): Promise<SyncOutcome> {
  const { paths, modified } = request.verdict;
  const moving = paths.filter(path => path.state === 'follows' || path.state === 'folder');
  const dvc = moving.filter(path => path.kind === 'dvc');
  const lfs = moving.filter(path => path.kind === 'lfs');
  // One after the other: both write where the other would measure free space.
  const outputs = dvc.length === 0 ? none : await syncOutputs(gitRoot, dvc, request, task, environment);
  const files = lfs.length === 0 ? none : await syncLfs(gitRoot, lfs, request, task, environment);
  return {
    placed: [...outputs.placed, ...files.placed].sort(),
    removed: outputs.removed,
    kept: [
      ...modified.map(path => ({ path, why: 'it was modified' })),
      ...outputs.kept.filter(one => !modified.includes(one.path)),
      ...files.kept,
    ],
    missing: [...outputs.missing, ...files.missing],
    fetched: {
      files: outputs.fetched.files + files.fetched.files,
      bytes: outputs.fetched.bytes + files.fetched.bytes,
    },
  };
}

async function syncOutputs(
  gitRoot: string,
  moving: readonly SyncPath[],
  { fetch, credentials }: SyncRequest,
  task: DataTask,
  environment: NodeJS.ProcessEnv,
): Promise<SyncOutcome> {
  const project = await openDataProject(gitRoot, environment);
  const paths = await namedPaths(project, moving);
  const stale = moving.some(path => path.change === 'removed')
    ? await removeUnpinned(project, task)
    : { removed: [], kept: [] };
  if (paths.length === 0) return { ...none, ...stale };
  if (!fetch) return outcomeOf(await checkoutData(project, { paths }, task), stale, none.fetched);
  const asked = credentials === undefined ? { paths } : { paths, credentials };
  const pulled = await pullData(project, asked, task);
  return outcomeOf(pulled.checkout, stale, pulled.fetch.moved);
}

/** Absolute. What is named is placed whole: of a folder of which this clone wants some files, those are named. */
async function namedPaths(project: DataProject, moving: readonly SyncPath[]): Promise<string[]> {
  const wanted = moving.filter(path => path.change !== 'removed').map(({ path }) => path);
  const choices = await Promise.all(
    project.repositories.map(async repository => ({
      prefix: prefixOf(project, repository),
      choice: await readSparseChoice(repository),
    })),
  );
  return wanted.flatMap(path => {
    // The innermost repository comes last.
    const { prefix, choice } = choices.findLast(one => path.startsWith(one.prefix)) ?? {
      prefix: '',
      choice: {},
    };
    const inside = chosenInside(choice, path.slice(prefix.length)) ?? [''];
    return inside.map(file => join(project.root, path, file));
  });
}

/** Outputs that no pin names any more, as far as they were placed by us, are unchanged and are safe in the cache. */
async function removeUnpinned(
  project: DataProject,
  task: DataTask,
): Promise<Pick<SyncOutcome, 'removed' | 'kept'>> {
  const removed: string[] = [];
  const kept: SyncOutcome['kept'][number][] = [];
  for (const repository of project.repositories) {
    const prefix = prefixOf(project, repository);
    await withDvcLock(repository, task, () =>
      withTools(repository, async tools => {
        const stale = await removeStale(repository, await loadPins(repository), tools, task);
        removed.push(...stale.removed.map(path => prefix + path));
        kept.push(...stale.kept.map(path => ({ path: prefix + path, why: 'it was modified' })));
      }),
    );
  }
  return { removed, kept };
}

function outcomeOf(
  checkout: CheckoutResult,
  stale: Pick<SyncOutcome, 'removed' | 'kept'>,
  fetched: SyncOutcome['fetched'],
): SyncOutcome {
  const missing = new Map<string, { path: string; files: number; why: string; code?: string }>();
  for (const { path, trouble, detail, code } of checkout.missing) {
    const one = missing.get(path) ?? {
      ...{ path, files: 0, why: detail ?? troubles[trouble] },
      ...(code === undefined ? {} : { code }),
    };
    missing.set(path, { ...one, files: one.files + 1 });
  }
  const kept = new Map(
    checkout.kept.map(({ output, path, what }) => [
      output,
      {
        path: output,
        why: `${path === output ? 'it' : path} was ${what === 'type-changed' ? 'replaced' : what}`,
      },
    ]),
  );
  return {
    placed: [...checkout.added, ...checkout.modified],
    removed: stale.removed,
    kept: [
      ...stale.kept,
      ...kept.values(),
      ...checkout.problems.map(({ path, what }) => ({ path, why: what })),
    ],
    missing: [...missing.values()],
    fetched,
  };
}

const troubles: Readonly<Record<ObjectTrouble, string>> = {
  'not-in-cache': 'it is not in the cache',
  'not-in-remote': 'the remote does not have it',
  failed: 'it could not be fetched',
  corrupt: 'the cache holds something else under its name',
  refused: 'its listing is not safe to follow',
};

async function syncLfs(
  gitRoot: string,
  moving: readonly SyncPath[],
  { fetch }: SyncRequest,
  task: DataTask,
  environment: NodeJS.ProcessEnv,
): Promise<SyncOutcome> {
  const repository = await openLfsRepository(gitRoot, environment);
  if (repository === undefined) return none;
  const paths = moving.map(({ path }) => path);
  try {
    const result = await hydrate(repository, { paths, fetch }, task);
    return {
      ...none,
      placed: result.filled,
      kept: result.kept.map(path => ({ path, why: 'it was modified' })),
      missing: result.missing.map(({ path, why }) => ({ path, files: 1, why })),
      fetched: result.fetched,
    };
  } catch (error) {
    task.signal?.throwIfAborted();
    // DVC's outputs were placed already: their news must not be lost with the server of the others.
    return { ...none, missing: paths.map(path => ({ path, files: 1, why: errorText(error) })) };
  }
}
