/** Starts, cancels and prepares runs. Everything here works in an untrusted workspace too: the host asks first. */
import { join } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import { cancelRun } from '../../execution/cancelRun.ts';
import { experimentCommand } from '../../execution/experiments/experimentCommand.ts';
import { readTracking } from '../../execution/experiments/launchTracking.ts';
import { metricLinesOf } from '../../execution/experiments/metricLinesOf.ts';
import { readExperiments } from '../../execution/experiments/readExperiments.ts';
import { launchRun } from '../../execution/launchRun.ts';
import { runPaths } from '../../runs/runPaths.ts';
import { countMetricLikeLines } from '../../tracking/countMetricLikeLines.ts';
import { readMetricLineChoice, rememberMetricLineChoice } from '../../tracking/metricLineChoice.ts';
import { previewMetricLines } from '../../tracking/previewMetricLines.ts';
import type { EngineHandlers } from './engineRequests.ts';
import { fileCommand } from './fileCommand.ts';
import { findInterpreter } from './findInterpreter.ts';
import { launchPlace, wordsInside } from './launchPlace.ts';
import type { NamedExperiment } from './launchRequests.ts';
import { readStart } from './readStart.ts';
import { splitCommandLine } from './splitCommandLine.ts';
import type { Stores } from './stores.ts';

/** Enough for a few thousand lines: a preview names metrics, it does not count them to the end. */
const previewedBytes = 512 * 1024;

export function launchHandlers(stores: Stores) {
  return {
    launch: async (plan, signal) => {
      const { store, root, cwd, toolVersion, pythonHook } = plan;
      const place = await launchPlace(plan.place, root, process.env, signal);
      const argv = wordsInside(plan.argv, place, plan.interpreter);
      const launched = await launchRun(
        {
          store,
          root,
          cwd,
          argv,
          ...place,
          toolVersion,
          pythonHook,
          variables: process.env,
          tags: [...(plan.tags ?? [])],
          declaredInputs: [...(plan.inputs ?? [])],
          declaredOutputs: [...(plan.outputs ?? [])],
          tracking: await readTracking(root, plan.experiment),
          ...(plan.pinOutputs === undefined
            ? {}
            : { pinOutputs: typeof plan.pinOutputs === 'boolean' ? plan.pinOutputs : [...plan.pinOutputs] }),
          metricLines: await metricLinesOf(
            plan,
            { argv, cwd: cwd.slice(root.length + 1), experiment: plan.experiment },
            plan.metricLines,
          ),
          ...(plan.name === undefined ? {} : { name: plan.name }),
          ...(plan.experiment === undefined ? {} : { experiment: plan.experiment }),
          ...(plan.rerunOf === undefined ? {} : { rerunOf: plan.rerunOf }),
        },
        { node: process.execPath, supervisorScript: plan.supervisorScript },
      );
      await launched.started(signal);
      await stores.table(store).update([launched.id]);
      return launched.id;
    },
    cancel: async ({ store, id }, signal) => {
      await cancelRun(store, id, { signal });
      await stores.table(store).update([id]);
    },
    namedExperiments: async ({ root }) => {
      const { experiments } = await readExperiments(root);
      return Object.entries(experiments).map(([name, experiment]): NamedExperiment => {
        const common = {
          name,
          cwd: join(root, experiment.cwd ?? ''),
          tags: experiment.tags,
          inputs: experiment.inputs,
          outputs: experiment.outputs,
          ...(experiment.description === undefined ? {} : { description: experiment.description }),
          ...(experiment.metricLines === undefined ? {} : { metricLines: experiment.metricLines }),
          ...(experiment.pinOutputs === undefined ? {} : { pinOutputs: experiment.pinOutputs }),
        };
        try {
          return { ...common, argv: experimentCommand(name, experiment) };
        } catch (error) {
          return { ...common, argv: [], problem: errorText(error) };
        }
      });
    },
    findInterpreter: request => findInterpreter(request),
    splitCommand: ({ text }) => splitCommandLine(text),
    fileCommand: ({ path, cwd, interpreter }) => fileCommand(path, cwd, interpreter),
    metricLines: async ({ store, id }, signal) => {
      const run = await stores.table(store).get(id);
      if (run === undefined) return { lines: 0, keys: [], choice: false };
      const choice = await readMetricLineChoice(store, run);
      const found = await countMetricLikeLines(runPaths(store, id).stdout, { signal });
      return { ...found, choice };
    },
    metricPreview: async ({ store, id }) =>
      previewMetricLines(await readStart(runPaths(store, id).stdout, previewedBytes)),
    chooseMetricLines: async ({ store, id, chart }) => {
      const { runStore } = stores.table(store);
      const run = await runStore.summary(id);
      await rememberMetricLineChoice(store, run, chart);
      if (chart) await runStore.request(id, 'chart-lines');
    },
  } satisfies Partial<EngineHandlers>;
}
