/** Answers about runs and their arrangement, and the small things people do to runs. */
import { stat } from 'node:fs/promises';
import { errorText } from '../../base/systemError.ts';
import { releaseSnapshots } from '../../execution/releaseSnapshots.ts';
import { locateProject } from '../../git/locateProject.ts';
import { listArtifacts } from '../../runs/listArtifacts.ts';
import { matchesRunQuery } from '../../runs/matchQuery.ts';
import { parseRunQuery } from '../../runs/parseQuery.ts';
import type { RunQuery } from '../../runs/parseQuery.ts';
import { runPaths } from '../../runs/runPaths.ts';
import { runAbove } from '../../runs/runAbove.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import type { EngineHandlers } from './engineRequests.ts';
import { arrangeRuns, isLive } from './arrangeRuns.ts';
import { folderEntries, runContents } from './runContents.ts';
import { runRows } from './runRows.ts';
import type { RunKind, RunRow, RunsView } from './runsView.ts';
import type { Stores } from './stores.ts';

/** So many runs on either side of a page count as its neighbours. */
const neighbours = 50;

export function runHandlers(stores: Stores) {
  const arranged = async (store: string, view: RunsView): Promise<Map<string, RunSummary[]>> => {
    const runs = topLevel(await stores.table(store).list());
    const shown = runs.filter(runFilter(view)).filter(run => view.archived || !run.archived);
    return arrangeRuns(shown, view.grouping, Date.now());
  };
  const changed = async (store: string, ids: readonly string[]): Promise<void> =>
    stores.table(store).update(ids);
  const rowsOf = async (
    store: string,
    runs: readonly RunSummary[],
    around: readonly RunSummary[],
  ): Promise<readonly RunRow[]> =>
    Promise.all(
      runRows(store, runs, around).map(async row => {
        const { id, reproduces, purpose } = row.run;
        if (reproduces === undefined || purpose !== undefined) return row;
        const original = await stores.table(store).get(reproduces);
        const ownVerdict = original?.verdicts.find(({ reproductionId }) => reproductionId === id);
        return ownVerdict === undefined ? row : { ...row, ownVerdict };
      }),
    );

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
      const all = topLevel(await stores.table(store).list());
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
      const newest = topLevel(await stores.table(store).list()).slice(0, neighbours);
      const near = runs.slice(Math.max(0, offset - neighbours), offset + limit + neighbours);
      const around = [...new Set([...near, ...newest])];
      return { rows: await rowsOf(store, runs.slice(offset, offset + limit), around), total: runs.length };
    },
    placeOf: async ({ store, view, id }) => {
      for (const [group, runs] of await arranged(store, view)) {
        const index = runs.findIndex(run => run.id === id);
        if (index >= 0) return { group, index };
      }
      return undefined;
    },
    findRuns: async ({ store, kind, limit }) => {
      const runs = topLevel(await stores.table(store).list()).filter(run => isOfKind(run, kind));
      const found = [...runs.filter(run => !run.archived), ...runs.filter(run => run.archived)];
      return rowsOf(store, found.slice(0, limit), found.slice(0, limit + neighbours));
    },
    rows: async ({ store, ids }) => {
      const table = stores.table(store);
      const found = (await Promise.all(ids.map(id => table.get(id)))).filter(run => run !== undefined);
      const [only] = found;
      if (found.length !== 1 || only === undefined) return rowsOf(store, found, found);
      const all = await table.list();
      const around =
        runAbove(only) === undefined
          ? topLevel(all).slice(0, neighbours)
          : all.filter(run => runAbove(run) === runAbove(only));
      return rowsOf(store, found, around);
    },
    childRuns: async ({ store, id, limit }) => {
      const all = await stores.table(store).list();
      const children = all.filter(run => runAbove(run) === id).sort(byStart);
      return { rows: runRows(store, children.slice(0, limit), children), total: children.length };
    },
    childRunIds: async ({ store, id }) => {
      const all = await stores.table(store).list();
      const below = new Set([id]);
      // A child run may be listed before the one that it stands below.
      for (let known = 0; known !== below.size;) {
        known = below.size;
        for (const run of all) if (run.parent !== undefined && below.has(run.parent)) below.add(run.id);
      }
      return all
        .filter(run => run.id !== id && below.has(run.id))
        .sort(byStart)
        .map(run => run.id);
    },
    liveRuns: async ({ store }) => {
      const table = stores.table(store);
      const all = topLevel(await table.list());
      const rows = runRows(store, all.filter(isLive), all.slice(0, neighbours));
      return Promise.all(
        rows.map(async ({ run: { id }, label }) => {
          const container = (await table.runStore.read(id)).plan?.environment.container?.id;
          return { id, label, ...(container === undefined ? {} : { container }) };
        }),
      );
    },
    withParents: async ({ store, ids }) => {
      const table = stores.table(store);
      const found = new Set(ids);
      // A set goes on to what is added while it is walked; one that names itself is there already.
      for (const id of found) {
        const run = await table.get(id);
        const above = run === undefined ? undefined : runAbove(run);
        if (above !== undefined) found.add(above);
      }
      return [...found];
    },
    runContents: ({ store, id }, signal) => runContents(runPaths(store, id), signal),
    artifacts: ({ store, id }, signal) => listArtifacts(runPaths(store, id), { signal }),
    folderEntries: ({ store, id, folder }) => folderEntries(runPaths(store, id), folder),
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
      return !isLive(run) && run.importedFrom === undefined;
    case 'repeatable':
      return run.importedFrom === undefined;
    case 'own':
      return !isLive(run) && run.importedFrom === undefined && run.sharedBy === undefined;
    case 'withChildren':
      return (run.childRuns ?? 0) > 0;
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

/** Child runs, probes and trials stand below their run; one whose run is gone is not to be lost from sight. */
function topLevel(runs: readonly RunSummary[]): readonly RunSummary[] {
  if (runs.every(run => runAbove(run) === undefined)) return runs;
  const ids = new Set(runs.map(({ id }) => id));
  return runs.filter(run => {
    const above = runAbove(run);
    return above === undefined || above === run.id || !ids.has(above);
  });
}

function byStart(a: RunSummary, b: RunSummary): number {
  return (
    Date.parse(a.startedAt ?? a.createdAt) - Date.parse(b.startedAt ?? b.createdAt) || (a.id < b.id ? -1 : 1)
  );
}

/** A short text that differs when other runs stand in the group, or in another order. */
function shapeOf(runs: readonly RunSummary[]): string {
  let hash = 0;
  for (const { id } of runs)
    for (let at = 10; at < id.length; at++) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) | 0;
  return `${runs.length}:${hash}`;
}
