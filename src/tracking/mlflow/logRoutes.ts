/** What a training logs: metrics, parameters and tags, one by one or in batches. */
import { recordedValue } from '../../base/secretText.ts';
import * as z from 'zod';
import { runToWrite } from './createRun.ts';
import { doubleField, listField, optionalText, pairField, textField, wholeField } from './fields.ts';
import type { JournalEvent, ModelMetric } from './journalEvents.ts';
import { doesNotExist, invalidValue } from './mlflowProblem.ts';
import { parameterOf } from './parameterOf.ts';
import { route } from './route.ts';
import { runIdFields, runIdOf } from './runId.ts';
import { reportedTags, tagNames } from './runTags.ts';
import type { Tracker } from './tracker.ts';
import type { MlflowRun } from './trackingState.ts';

type Pair = readonly [string, string];

const metricFields = z.object({
  key: textField,
  value: doubleField,
  timestamp: wholeField.default(() => Date.now()),
  step: wholeField.nullish().transform(step => step ?? 0),
  model_id: optionalText,
  dataset_name: optionalText,
  dataset_digest: optionalText,
});
type Metric = z.output<typeof metricFields>;

export const logRoutes = [
  route('POST', 'runs/log-metric', metricFields.extend(runIdFields), async (tracker, fields) => {
    await logMetrics(tracker, await runToWrite(tracker, runIdOf(fields)), [fields]);
    return {};
  }),
  route('POST', 'runs/log-parameter', pairField.extend(runIdFields), async (tracker, fields) => {
    await logParameters(tracker, await runToWrite(tracker, runIdOf(fields)), [[fields.key, fields.value]]);
    return {};
  }),
  route('POST', 'runs/set-tag', pairField.extend(runIdFields), async (tracker, fields) => {
    await setTags(tracker, await runToWrite(tracker, runIdOf(fields)), [[fields.key, fields.value]]);
    return {};
  }),
  route('POST', 'runs/delete-tag', z.object({ ...runIdFields, key: textField }), async (tracker, fields) => {
    const run = tracker.run(runIdOf(fields));
    if (!run.tags.has(fields.key))
      throw doesNotExist(`No tag with name: ${fields.key} in run with id ${run.id}`);
    const set: [string, null][] = [[fields.key, null]];
    const said = reportedTags(set);
    await tracker.commit(
      [{ event: 'tags', run: run.id, set }],
      said === undefined ? [] : [tracker.report(run, said)],
    );
    return {};
  }),
  route(
    'POST',
    'runs/log-batch',
    z.object({
      ...runIdFields,
      metrics: listField(metricFields),
      params: listField(pairField),
      tags: listField(pairField),
    }),
    async (tracker, fields) => {
      const run = await runToWrite(tracker, runIdOf(fields));
      // Metrics first: a parameter that is refused must not cost them.
      await logMetrics(tracker, run, fields.metrics);
      await logParameters(
        tracker,
        run,
        fields.params.map(({ key, value }) => [key, value] as const),
      );
      await setTags(
        tracker,
        run,
        fields.tags.map(({ key, value }) => [key, value] as const),
      );
      return {};
    },
  ),
];

async function logMetrics(tracker: Tracker, run: MlflowRun, metrics: readonly Metric[]): Promise<void> {
  await tracker.log(
    run,
    metrics.map(({ key, value, timestamp, step }) => ({ key, value, time: timestamp, step })),
  );
  const events = modelMetrics(tracker, run, metrics);
  if (events.length > 0) await tracker.commit(events);
}

function modelMetrics(tracker: Tracker, run: MlflowRun, metrics: readonly Metric[]): JournalEvent[] {
  const byModel = new Map<string, ModelMetric[]>();
  for (const metric of metrics) {
    if (metric.model_id === undefined || !tracker.state.models.has(metric.model_id)) continue;
    const list = byModel.get(metric.model_id) ?? [];
    byModel.set(metric.model_id, list);
    list.push({
      key: metric.key,
      value: metric.value,
      timestamp: metric.timestamp,
      step: metric.step,
      run: run.id,
      ...(metric.dataset_name === undefined ? {} : { datasetName: metric.dataset_name }),
      ...(metric.dataset_digest === undefined ? {} : { datasetDigest: metric.dataset_digest }),
    });
  }
  return Array.from(byModel, ([model, list]) => ({ event: 'modelMetrics', model, metrics: list }));
}

async function logParameters(tracker: Tracker, run: MlflowRun, params: readonly Pair[]): Promise<void> {
  const asked = new Map<string, string>();
  for (const [key, value] of params) {
    const known = run.params.get(key) ?? asked.get(key);
    // A secret is known by what stands for it after the supervisor was replaced.
    if (known !== undefined && known !== value && known !== recordedValue(key, value))
      throw invalidValue(
        `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' for run ID='${run.id}'. Attempted logging new value '${value}'.`,
      );
    asked.set(key, value);
  }
  const fresh = [...asked].filter(([key]) => !run.params.has(key));
  if (fresh.length === 0) return;
  const parameters = Object.fromEntries(fresh.map(([key, value]) => [key, parameterOf(value)]));
  await tracker.commit([{ event: 'params', run: run.id, set: fresh }], [tracker.report(run, { parameters })]);
}

async function setTags(tracker: Tracker, run: MlflowRun, tags: readonly Pair[]): Promise<void> {
  const changed = tags.filter(([key, value]) => run.tags.get(key) !== value);
  if (changed.length > 0) {
    const name = changed.findLast(([key]) => key === tagNames.name)?.[1];
    const renamed = name !== undefined && name !== '' && name !== run.name;
    const said = { ...(renamed ? { name } : {}), ...reportedTags(changed) };
    const events: JournalEvent[] = [
      { event: 'tags', run: run.id, set: changed.map(([key, value]) => [key, value]) },
    ];
    if (renamed) events.push(tracker.runEvent(run, { name, invented: undefined }));
    await tracker.commit(events, Object.keys(said).length === 0 ? [] : [tracker.report(run, said)]);
  }
  tracker.onTags(run, new Map(tags));
}
