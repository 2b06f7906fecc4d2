/** Answers about runs and their arrangement, and the small things people do to runs. */
import { stat } from 'node:fs/promises';
import { errorText } from '../../base/systemError.ts';
import { releaseSnapshots } from '../../execution/releaseSnapshots.ts';
import { locateProject } from '../../git/locateProject.ts';
import { matchesRunQuery } from '../../runs/matchQuery.ts';
import { parseRunQuery } from '../../runs/parseQuery.ts';
import type { RunQuery } from '../../runs/parseQuery.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import type { EngineHandlers } from './answerRequests.ts';
import { arrangeRuns, isLive } from './arrangeRuns.ts';
import { runRows } from './runRows.ts';
import type { RunKind, RunsView } from './runsView.ts';
import type { Stores } from './stores.ts';

/** So many runs on either side of a page count as its neighbours. */
const neighbours = 50;

export function runHandlers(stores: Stores) {
  const arranged = async (store: string, view: RunsView): Promise<Map<string, RunSummary[]>> => {
    const runs = await stores.table(store).list();
    const shown = runs.filter(runFilter(view)).filter(run => view.archived || !run.archived);
    return arrangeRuns(shown, view.grouping, Date.now());
  };
  const changed = async (store: string, ids: readonly string[]): Promise<void> =>
    stores.table(store).update(ids);

  return {
    locateProject: async ({ folder }) => {
      const project = await locateProject(folder);
      const hasStore = await stat(project.store).then(
        () => true,
        () => false,
      );
      return { ...project, hasStore };
    },
    watchStore: ({ store }) => stores.table(store).watch(),
    unwatchStore: ({ store }) => stores.table(store).stopWatching(),
    forgetStore: ({ store }) => stores.table(store).forget(),
    outline: async ({ store, view }) => {
      const all = await stores.table(store).list();
      const groups = await arranged(store, view);
      const query = readFilter(view.filter);
      return {
        ...('problem' in query ? { filterProblem: query.problem } : {}),
        groups: [...groups].map(([key, runs]) => ({ key, count: runs.length, shape: shapeOf(runs) })),
        live: all.filter(isLive).length,
        total: all.length,
      };
    },
    page: async ({ store, view, group, offset, limit }) => {
      const runs = (await arranged(store, view)).get(group) ?? [];
      const newest = (await stores.table(store).list()).slice(0, neighbours);
      const near = runs.slice(Math.max(0, offset - neighbours), offset + limit + neighbours);
      const around = [...new Set([...near, ...newest])];
      return { rows: runRows(store, runs.slice(offset, offset + limit), around), total: runs.length };
    },
    placeOf: async ({ store, view, id }) => {
      for (const [group, runs] of await arranged(store, view)) {
        const index = runs.findIndex(run => run.id === id);
        if (index >= 0) return { group, index };
      }
      return undefined;
    },
    findRuns: async ({ store, kind, limit }) => {
      const runs = (await stores.table(store).list()).filter(run => isOfKind(run, kind));
      const found = [...runs.filter(run => !run.archived), ...runs.filter(run => run.archived)];
      return runRows(store, found.slice(0, limit), found.slice(0, limit + neighbours));
    },
    rows: async ({ store, ids }) => {
      const table = stores.table(store);
      const found = (await Promise.all(ids.map(id => table.get(id)))).filter(run => run !== undefined);
      return runRows(store, found, found.length > 1 ? found : (await table.list()).slice(0, neighbours));
    },
    runDetails: ({ store, id }) => stores.table(store).runStore.read(id),
    checkFilter: ({ filter }) => {
      parseRunQuery(filter);
    },
    annotate: async ({ store, ids, change }) => {
      const { runStore } = stores.table(store);
      for (const id of ids) await runStore.annotate(id, change);
      await changed(store, ids);
    },
    removeRuns: async ({ store, ids }) => {
      const { emptied } = await stores.table(store).runStore.remove(ids);
      await changed(store, ids);
      // Nobody waits for it; it never rejects, and a worker that ends meanwhile leaves it to the next removal.
      void releaseSnapshots({ store, emptied });
    },
    restoreRuns: async ({ store, ids }) => {
      await stores.table(store).runStore.restore(ids);
      await changed(store, ids);
    },
    allTags: async ({ store }) => {
      const counts = new Map<string, number>();
      for (const run of await stores.table(store).list())
        for (const tag of run.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
      return [...counts].sort((a, b) => b[1] - a[1]).map(([tag]) => tag);
    },
  } satisfies Partial<EngineHandlers>;
}

/** A filter that cannot be read hides nothing: one saved by another version must not take the view away. */
function runFilter({ filter }: RunsView): (run: RunSummary) => boolean {
  const query = readFilter(filter);
  if ('problem' in query) return () => true;
  const now = Date.now();
  return run => matchesRunQuery(run, query, now);
}

function readFilter(filter: string): RunQuery | { readonly problem: string } {
  try {
    return parseRunQuery(filter);
  } catch (error) {
    return { problem: errorText(error) };
  }
}

function isOfKind(run: RunSummary, kind: RunKind): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'live':
      return isLive(run);
    case 'ended':
      return !isLive(run);
    case 'starred':
      return run.star;
    case 'notStarred':
      return !run.star;
    case 'archived':
      return run.archived;
    case 'notArchived':
      return !run.archived;
    case 'reproduced':
      return run.verdicts.length > 0;
  }
}

/** A short text that differs when other runs stand in the group, or in another order. */
function shapeOf(runs: readonly RunSummary[]): string {
  let hash = 0;
  for (const { id } of runs)
    for (let at = 10; at < id.length; at++) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) | 0;
  return `${runs.length}:${hash}`;
}
