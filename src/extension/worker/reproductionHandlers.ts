/** Reproduces runs, and what comes before and after: forecast, probe, the search for a cause, report, health. */
import { determinismProbeSchema } from '../../runs/determinismProbe.ts';
import { runPaths } from '../../runs/runPaths.ts';
import { readReport } from '../../reproduction/report/readReport.ts';
import { reportHtml } from '../../reproduction/report/reportHtml.ts';
import { reportMarkdown } from '../../reproduction/report/reportMarkdown.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { ConfirmedPlace } from '../../runs/sharedRecord.ts';
import { confirmRun } from '../../sharing/confirm/confirmRun.ts';
import { needsConfirmation } from '../../sharing/confirm/describeWhatRuns.ts';
import { readWhatRuns } from '../../sharing/confirm/readWhatRuns.ts';
import { ensureSharedCode } from '../../sharing/findSharedRun.ts';
import type { ForecastView, Part } from '../../protocol/reportProtocol.ts';
import { findCause } from '../../reproduction/cause/findCause.ts';
import { forecastReproduction } from '../../reproduction/forecast/forecastReproduction.ts';
import { checkHealthOfRuns } from '../../reproduction/health/checkHealth.ts';
import { probeDeterminism } from '../../reproduction/probe/probeDeterminism.ts';
import { requireConfirmed } from '../../reproduction/requireConfirmed.ts';
import { reproduceRun } from '../../reproduction/reproduceRun.ts';
import type { ReproductionOptions } from '../../reproduction/reproductionOptions.ts';
import { checkpointsOf } from './checkpointsOf.ts';
import type { EngineHandlers } from './engineRequests.ts';
import { newestReport } from './newestReport.ts';
import { reportRun } from './reproductionReport.ts';
import type { Stores } from './stores.ts';

export function reproductionHandlers(stores: Stores) {
  return {
    forecastFacts: async ({ store, id, place = 'checkout' }) => {
      const { runStore } = stores.table(store);
      const [summary, details] = await Promise.all([runStore.summary(id), runStore.read(id)]);
      const lastStep = Math.max(...Object.values(summary.metrics).map(metric => metric.lastStep));
      const probe = await newestReport(runPaths(store, id).probes, determinismProbeSchema);
      return {
        original: reportRun(summary),
        ...(needsConfirmation(details, place)
          ? { unconfirmed: await unconfirmed(store, details, place) }
          : {}),
        checkpoints: checkpointsOf(details.result),
        ...(Number.isFinite(lastStep) ? { lastStep } : {}),
        ...(probe === undefined ? {} : { probe }),
      };
    },
    confirmShared: async ({ store, id, place }) => {
      await confirmRun(store, id, place);
      await stores.table(store).update([id]);
    },
    reportText: async ({ store, reproduction, format }) => {
      const content = await readReport(stores.table(store).runStore, reproduction);
      return format === 'html' ? reportHtml(content) : reportMarkdown(content);
    },
    forecast: async ({ store, id, root, part }, signal) => {
      const original = await stores.table(store).runStore.read(id);
      return forecastReproduction({
        ...{ original, store, root, signal, variables: process.env },
        options: optionsOf(part),
      });
    },
    probe: async ({ store, id, root, part, supervisorScript, toolVersion }, signal, report) => {
      const original = await withCode(await stores.table(store).runStore.read(id), root, signal);
      const { throughStep, forMs } = part;
      const { probe } = await probeDeterminism(
        {
          ...{ original, store, root, toolVersion, signal, variables: process.env },
          ...(throughStep === undefined ? {} : { length: { throughStep } }),
          ...(forMs === undefined ? {} : { length: { forMs } }),
          onProgress: progress => {
            if (progress.kind === 'started') report({ done: progress.run - 1, total: 2 });
          },
        },
        { node: process.execPath, supervisorScript },
      );
      return probe;
    },
    findCause: async (
      { store, original, reproduction, root, supervisorScript, toolVersion },
      signal,
      report,
    ) => {
      const { runStore } = stores.table(store);
      let total = 1;
      const found = await findCause(
        {
          ...{ store, root, toolVersion, signal, variables: process.env },
          original: await withCode(await runStore.read(original), root, signal),
          other: await runStore.read(reproduction),
          confirm: plan => {
            total = plan.mostTrials;
            return Promise.resolve(true);
          },
          onProgress: progress => {
            if (progress.kind === 'trial')
              report({ done: progress.number - 1, total, text: progress.restored ?? '' });
          },
        },
        { node: process.execPath, supervisorScript },
      );
      // Nobody says no above.
      if (found === undefined) throw new DOMException('Cancelled.', 'AbortError');
      return found;
    },
    health: async ({ store, root, network, ids }, signal) => {
      const { runStore } = stores.table(store);
      const asked =
        ids ?? (await runStore.list({ archived: false })).filter(({ star }) => star).map(({ id }) => id);
      const originals = await Promise.all(asked.map(id => runStore.read(id)));
      return checkHealthOfRuns({ originals, store, root, network, signal, variables: process.env });
    },
    reproduce: async ({ store, id, root, part, supervisorScript, toolVersion }, signal) => {
      const original = await withCode(await stores.table(store).runStore.read(id), root, signal);
      const launched = await reproduceRun(
        { original, store, root, toolVersion, variables: process.env, options: optionsOf(part) },
        { node: process.execPath, supervisorScript },
      );
      await launched.started(signal);
      await stores.table(store).update([launched.id]);
      return launched.id;
    },
  } satisfies Partial<EngineHandlers>;
}

/** What runs, for a person to look at. */
async function unconfirmed(
  store: string,
  details: RunDetails,
  place: ConfirmedPlace,
): Promise<NonNullable<ForecastView['unconfirmed']>> {
  const { from, parts } = await readWhatRuns(store, details, place);
  return {
    sharedBy: details.shared?.sharedBy ?? '',
    facts: [
      ...parts.map(({ label, lines }) => ({ name: label, value: lines.join('\n') })),
      { name: 'from', value: from },
    ],
  };
}

/** The code of a run that somebody shared comes with the first need. */
async function withCode(run: RunDetails, root: string, signal: AbortSignal): Promise<RunDetails> {
  requireConfirmed(run);
  await ensureSharedCode({ root, run }, { environment: process.env, signal });
  return run;
}

function optionsOf({ throughStep, forMs, checkpoint }: Part): Partial<ReproductionOptions> {
  return {
    ...(throughStep === undefined ? {} : { throughStep }),
    ...(forMs === undefined ? {} : { forMs }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}
