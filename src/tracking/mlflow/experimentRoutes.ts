/** Experiments: groups of MLflow runs. In Lockstep they are only remembered, so that programs find them again. */
import * as z from 'zod';
import { unheardExperiment } from './createRun.ts';
import { experimentJson } from './entityJson.ts';
import { listField, optionalText, pairField, textField } from './fields.ts';
import { alreadyExists, doesNotExist, invalidValue } from './mlflowProblem.ts';
import { route } from './route.ts';
import type { Tracker } from './tracker.ts';
import type { Experiment } from './trackingState.ts';

const byId = z.object({ experiment_id: textField });

export const experimentRoutes = [
  route('GET', 'experiments/get-by-name', z.object({ experiment_name: textField }), (tracker, fields) => {
    const found = byName(tracker, fields.experiment_name);
    if (found === undefined)
      throw doesNotExist(`Could not find experiment with name '${fields.experiment_name}'`);
    return { experiment: experimentJson(tracker, found) };
  }),
  route(
    'POST',
    'experiments/create',
    z.object({ name: textField, artifact_location: optionalText, tags: listField(pairField) }),
    async (tracker, fields) => {
      if (fields.name === '') throw invalidValue('Invalid experiment name: the name must not be empty.');
      if (byName(tracker, fields.name) !== undefined)
        throw alreadyExists(`Experiment '${fields.name}' already exists.`);
      const now = Date.now();
      const id = freeId(tracker);
      await tracker.commit([
        {
          event: 'experiment',
          id,
          name: fields.name,
          ...(fields.artifact_location === undefined ? {} : { location: fields.artifact_location }),
          stage: 'active',
          created: now,
          updated: now,
          tags: fields.tags.map(({ key, value }) => [key, value]),
        },
      ]);
      return { experiment_id: id };
    },
  ),
  route('GET', 'experiments/get', byId, (tracker, fields) => ({
    experiment: experimentJson(
      tracker,
      tracker.state.experiments.get(fields.experiment_id) ?? unheardExperiment(tracker, fields.experiment_id),
    ),
  })),
  route('POST', 'experiments/delete', byId, (tracker, fields) =>
    change(tracker, fields.experiment_id, { stage: 'deleted' }),
  ),
  route('POST', 'experiments/restore', byId, (tracker, fields) =>
    change(tracker, fields.experiment_id, { stage: 'active' }),
  ),
  route('POST', 'experiments/update', byId.extend({ new_name: optionalText }), (tracker, fields) => {
    const { new_name: name } = fields;
    if (name === undefined) return {};
    const holder = byName(tracker, name);
    if (holder !== undefined && holder.id !== fields.experiment_id)
      throw alreadyExists(`Experiment '${name}' already exists.`);
    return change(tracker, fields.experiment_id, { name });
  }),
  route(
    'POST',
    'experiments/set-experiment-tag',
    byId.extend({ key: textField, value: textField }),
    (tracker, fields) => {
      const { tags } = experimentOf(tracker, fields.experiment_id);
      return change(tracker, fields.experiment_id, { tags: new Map(tags).set(fields.key, fields.value) });
    },
  ),
  route('POST', 'experiments/delete-experiment-tag', byId.extend({ key: textField }), (tracker, fields) => {
    const tags = new Map(experimentOf(tracker, fields.experiment_id).tags);
    if (!tags.delete(fields.key))
      throw doesNotExist(`No tag with key: ${fields.key} in experiment with id ${fields.experiment_id}`);
    return change(tracker, fields.experiment_id, { tags });
  }),
];

/** Throws RESOURCE_DOES_NOT_EXIST. */
function experimentOf(tracker: Tracker, id: string): Experiment {
  const experiment = tracker.state.experiments.get(id);
  if (experiment === undefined) throw doesNotExist(`No Experiment with id=${id} exists`);
  return experiment;
}

function freeId(tracker: Tracker): string {
  let id = tracker.state.experiments.size;
  while (tracker.state.experiments.has(String(id))) id++;
  return String(id);
}

function byName(tracker: Tracker, name: string): Experiment | undefined {
  return [...tracker.state.experiments.values()].find(experiment => experiment.name === name);
}

async function change(tracker: Tracker, id: string, changes: Partial<Experiment>): Promise<object> {
  const changed = { ...experimentOf(tracker, id), ...changes };
  await tracker.commit([{ ...changed, updated: Date.now(), tags: [...changed.tags] }]);
  return {};
}
