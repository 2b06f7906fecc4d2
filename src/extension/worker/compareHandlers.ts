/** Answers about comparing runs, and runs them again. */
import { knownValue } from '../../runs/known.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { readTracking } from '../../execution/experiments/launchTracking.ts';
import { launchRun } from '../../execution/launchRun.ts';
import { changedCommand } from '../../reproduction/changedCommand.ts';
import { requireConfirmed } from '../../reproduction/requireConfirmed.ts';
import { planMissing } from '../../reproduction/errors.ts';
import { withStoredStdin } from '../../reproduction/storedStdin.ts';
import { compareRuns } from '../../runs/compareRuns.ts';
import type { Parameter } from '../../runs/plan.ts';
import type { EngineHandlers } from './engineRequests.ts';
import type { ChangeableParameter } from './compareRequests.ts';
import { comparisonPage, comparisonTable } from './comparisonText.ts';
import { runRows } from './runRows.ts';
import type { Stores } from './stores.ts';
import { launchPlace, wordsInside } from './launchPlace.ts';

export function compareHandlers(stores: Stores) {
  return {
    comparison: async ({ store, ids, column }) => {
      const { runStore } = stores.table(store);
      const comparison = await compareRuns(runStore, ids);
      if (column !== undefined) return comparisonPage(comparison, column);
      const runs = await Promise.all(ids.map(id => runStore.summary(id)));
      return comparisonTable(
        comparison,
        runRows(store, runs, runs).map(({ label }) => label),
      );
    },
    changeableParameters: async ({ store, id }) => {
      const { plan } = await stores.table(store).runStore.read(id);
      return Object.entries(plan?.parameters ?? {}).map(([name, parameter]) => changeable(name, parameter));
    },
    rerun: async (request, signal) => {
      const { store, id, root, changes, pythonHook, supervisorScript, toolVersion } = request;
      const run = await stores.table(store).runStore.read(id);
      const { plan, problems } = run;
      if (plan === undefined) throw planMissing(id, problems[0]);
      requireConfirmed(run, 'workspace');
      const place = await launchPlace(request.place, root, process.env, signal);
      const words = changedCommand(plan, changes, process.env);
      const cwd = await existing(join(root, plan.cwd), root);
      const tracking = await readTracking(root, plan.experiment);
      const launched = await withStoredStdin(plan, run.dir, input =>
        launchRun(
          {
            store,
            root,
            cwd,
            argv: wordsInside(words, place, knownValue(plan.interpreter)?.path),
            ...place,
            variables: process.env,
            toolVersion,
            pythonHook,
            tags: plan.tags,
            declaredInputs: plan.declaredInputs,
            declaredOutputs: plan.declaredOutputs,
            metricLines: printsMetrics(run),
            tracking,
            rerunOf: id,
            ...input,
            ...(plan.experiment === undefined ? {} : { experiment: plan.experiment }),
          },
          { node: process.execPath, supervisorScript },
        ),
      );
      await launched.started(signal);
      await stores.table(store).update([launched.id]);
      return launched.id;
    },
  } satisfies Partial<EngineHandlers>;
}

function changeable(name: string, { value, source, argvIndex, path }: Parameter): ChangeableParameter {
  if (argvIndex !== undefined) return { name, value, place: 'command' };
  if (source === 'file') return { name, value, place: 'file', ...(path === undefined ? {} : { path }) };
  return { name, value, place: 'reported' };
}

async function existing(folder: string, otherwise: string): Promise<string> {
  return stat(folder).then(
    () => folder,
    () => otherwise,
  );
}
