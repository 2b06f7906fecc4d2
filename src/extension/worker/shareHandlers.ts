/** Shares runs through the remote of their repository. Git asks nobody but through `login`. */
import { stat } from 'node:fs/promises';
import { findRepository, type Repository } from '../../git/findRepository.ts';
import { requireConfirmed } from '../../reproduction/requireConfirmed.ts';
import { runPaths } from '../../runs/runPaths.ts';
import { exportCrate } from '../../sharing/crate/exportCrate.ts';
import { notInGit } from '../../sharing/errors.ts';
import { fetchShared } from '../../sharing/fetchShared.ts';
import { ensureSharedCode } from '../../sharing/findSharedRun.ts';
import { parseRunLink } from '../../sharing/link/runLink.ts';
import { shareLink } from '../../sharing/link/shareLink.ts';
import { largeKept } from '../../sharing/record/largeKept.ts';
import { personContext } from '../../sharing/record/sharedRepository.ts';
import { chooseRemote, isSamePlace, listRemotes, type GitRemote } from '../../sharing/remote/gitRemote.ts';
import { shareRun } from '../../sharing/shareRun.ts';
import type { ShareTask } from '../../sharing/shareTask.ts';
import type { EngineHandlers, EngineProgress } from './engineRequests.ts';
import type { LinkedProject, RemotePlace } from './shareRequests.ts';
import type { Stores } from './stores.ts';

type Report = (progress: EngineProgress) => void;

export function shareHandlers(stores: Stores) {
  const forget = (store: string): void => stores.table(store).forget();
  return {
    remotes: async ({ root }, signal) => {
      const task = taskOf(signal);
      const repository = await repositoryOf(root, task);
      const context = personContext(repository, task);
      const all = await listRemotes(context);
      // Unclear or missing: then the person says, or is told when it is tried.
      const first = await chooseRemote(context).catch(() => undefined);
      return [...all]
        .sort((a, b) => Number(b.name === first?.name) - Number(a.name === first?.name))
        .map(placeOf);
    },
    shareRun: async ({ store, id, root, login, ...choice }, signal, report) => {
      const run = await stores.table(store).runStore.read(id);
      return shareRun({ store, root, run, ...choice }, taskOf(signal, report, login));
    },
    largeKept: ({ store, id }) => largeKept(store, id),
    fetchShared: async ({ login, ...request }, signal, report) => {
      try {
        return await fetchShared(request, taskOf(signal, report, login));
      } finally {
        // Those that came before it was cancelled are here, too.
        forget(request.store);
      }
    },
    bringCode: async ({ store, id, root, login }, signal, report) => {
      const run = await stores.table(store).runStore.read(id);
      requireConfirmed(run);
      await ensureSharedCode({ root, run }, taskOf(signal, report, login));
    },
    runLink: async ({ store, id, root, place, login }, signal) => {
      const run = await stores.table(store).runStore.read(id);
      return shareLink({ root, run, place }, taskOf(signal, undefined, login));
    },
    readLink: ({ path, query }) => parseRunLink({ path, query }),
    linkedProjects: async ({ remote, id, projects }, signal) => {
      const task = taskOf(signal);
      return Promise.all(
        projects.map(async ({ store, root }): Promise<LinkedProject> => {
          const found = await remoteAt(root, remote, task);
          const hasRun = await exists(runPaths(store, id).dir);
          return { store, root, hasRun, remote: found === undefined ? undefined : placeOf(found) };
        }),
      );
    },
    exportCrate: async ({ store, id, root, file, ...choice }, signal, report) => {
      const run = await stores.table(store).runStore.read(id);
      return exportCrate(
        { store, root, run, output: file, replace: true, ...choice },
        taskOf(signal, report),
      );
    },
  } satisfies Partial<EngineHandlers>;
}

function taskOf(signal: AbortSignal, report?: Report, login: NodeJS.ProcessEnv = {}): ShareTask {
  return {
    ...{ environment: { ...process.env, ...login }, signal, mayAsk: false },
    ...(report === undefined ? {} : { onProgress: text => report({ done: 0, total: 1, text }) }),
  };
}

async function repositoryOf(root: string, task: ShareTask): Promise<Repository> {
  const repository = await findRepository(root, task.environment);
  if (repository === undefined) throw notInGit();
  return repository;
}

/** The remote of a repository that a link means; undefined where it has none there. */
async function remoteAt(root: string, url: string, task: ShareTask): Promise<GitRemote | undefined> {
  const repository = await findRepository(root, task.environment);
  if (repository === undefined) return undefined;
  return (await listRemotes(personContext(repository, task))).find(one => isSamePlace(one.url, url));
}

function placeOf({ name, shownUrl }: GitRemote): RemotePlace {
  return { name, url: shownUrl };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
