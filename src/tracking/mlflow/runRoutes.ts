/** The life of MLflow runs: creation, state, deletion, and reading one back. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { createRun, resumedRun, runToWrite } from './createRun.ts';
import { runInfoJson, runJson } from './entityJson.ts';
import { listField, optionalText, optionalWhole, pairField } from './fields.ts';
import { invalidValue } from './mlflowProblem.ts';
import { runStatusSchema } from './journalEvents.ts';
import { route } from './route.ts';
import { runIdFields, runIdOf } from './runId.ts';
import { tagNames } from './runTags.ts';
import type { Tracker } from './tracker.ts';
import type { MlflowRun } from './trackingState.ts';

const createFields = z.object({
  experiment_id: optionalText,
  user_id: optionalText,
  run_name: optionalText,
  start_time: optionalWhole,
  tags: listField(pairField),
});

export const runRoutes = [
  route('POST', 'runs/create', createFields, async (tracker, fields) => {
    const run = await createRun(tracker, {
      experiment: fields.experiment_id ?? '0',
      user: fields.user_id,
      name: fields.run_name,
      start: fields.start_time,
      tags: fields.tags.map(({ key, value }) => [key, value]),
      request: createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 22),
    });
    return { run: runJson(tracker, run) };
  }),
  route('GET', 'runs/get', z.object(runIdFields), async (tracker, fields) => {
    const run = tracker.state.runs.get(runIdOf(fields)) ?? resumedRun(tracker, runIdOf(fields));
    await tracker.metrics.ready(run);
    return { run: runJson(tracker, run) };
  }),
  route(
    'POST',
    'runs/update',
    z.object({
      ...runIdFields,
      status: runStatusSchema.nullish(),
      end_time: optionalWhole,
      run_name: optionalText,
    }),
    async (tracker, fields) => {
      const known = await runToWrite(tracker, runIdOf(fields), { resumes: fields.status === 'RUNNING' });
      return { run_info: runInfoJson(tracker, await updateRun(tracker, known, fields)) };
    },
  ),
  route('POST', 'runs/delete', z.object(runIdFields), (tracker, fields) =>
    setStage(tracker, runIdOf(fields), 'deleted'),
  ),
  route('POST', 'runs/restore', z.object(runIdFields), (tracker, fields) =>
    setStage(tracker, runIdOf(fields), 'active'),
  ),
];

async function updateRun(
  tracker: Tracker,
  known: MlflowRun,
  fields: {
    readonly status?: MlflowRun['status'] | null | undefined;
    readonly end_time?: number | undefined;
    readonly run_name?: string | undefined;
  },
): Promise<MlflowRun> {
  const status = fields.status ?? known.status;
  const name = fields.run_name ?? known.name;
  const renamed = name !== known.name;
  const ends = status !== 'RUNNING' && status !== 'SCHEDULED';
  const end = ends ? (fields.end_time ?? known.end ?? Date.now()) : fields.end_time;
  const event = tracker.runEvent(known, { status, end, ...(renamed ? { name, invented: undefined } : {}) });
  const same = status === known.status && end === known.end && !renamed;
  if (same) return known;
  await tracker.commit(
    renamed ? [event, { event: 'tags', run: known.id, set: [[tagNames.name, name]] }] : [event],
    [
      ...(renamed ? [tracker.report(known, { name })] : []),
      ...(status === known.status && end === known.end ? [] : [tracker.carryStatus(known)]),
    ],
  );
  return tracker.run(known.id);
}

async function setStage(tracker: Tracker, id: string, stage: 'active' | 'deleted'): Promise<object> {
  const run = tracker.run(id);
  if (run.stage === stage && stage === 'deleted')
    throw invalidValue(`The run ${id} must be in the 'active' state. Current state is deleted.`);
  await tracker.commit([tracker.runEvent(run, { stage })]);
  return {};
}
