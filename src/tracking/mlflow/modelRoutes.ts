/** Logged models of MLflow 3: their files lie in a folder of their own, their state here. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { listArtifacts } from './artifactFiles.ts';
import { modelArtifactUri, modelFolder } from './artifactPlaces.ts';
import { modelJson } from './entityJson.ts';
import { listField, optionalFlag, optionalText, pairField, textField } from './fields.ts';
import { loggedModelEventSchema } from './journalEvents.ts';
import { inOrder, matches, type Lookup } from './matchFilter.ts';
import { doesNotExist, invalidValue } from './mlflowProblem.ts';
import { modelSaid } from './modelSaid.ts';
import { pageOf } from './paging.ts';
import { fieldOf, parseFilter } from './parseFilter.ts';
import { filterTokens } from './filterTokens.ts';
import { route } from './route.ts';
import { searchFields } from './searchRoutes.ts';
import type { Tracker } from './tracker.ts';
import type { LoggedModel, MlflowRun } from './trackingState.ts';

const byId = z.object({ model_id: textField });

export const modelRoutes = [
  route(
    'POST',
    'logged-models',
    z.object({
      experiment_id: optionalText,
      name: optionalText,
      model_type: optionalText,
      source_run_id: optionalText,
      params: listField(pairField),
      tags: listField(pairField),
    }),
    async (tracker, fields) => {
      const now = Date.now();
      const id = `m-${randomUUID().replaceAll('-', '')}`;
      await tracker.commit([
        {
          event: 'model',
          id,
          experiment: fields.experiment_id ?? '0',
          name: fields.name ?? id,
          ...(fields.model_type === undefined ? {} : { type: fields.model_type }),
          ...(fields.source_run_id === undefined ? {} : { run: fields.source_run_id }),
          status: 'LOGGED_MODEL_PENDING',
          created: now,
          updated: now,
          stage: 'active',
          params: fields.params.map(({ key, value }) => [key, value]),
          tags: fields.tags.map(({ key, value }) => [key, value]),
        },
      ]);
      return { model: modelJson(tracker, modelOf(tracker, id)) };
    },
  ),
  route(
    'POST',
    'logged-models/search',
    z.object({
      ...searchFields,
      experiment_ids: listField(textField),
      order_by: listField(z.object({ field_name: textField, ascending: optionalFlag })),
    }),
    (tracker, fields) => {
      const comparisons = parseFilter(fields.filter ?? '');
      const wanted = new Set(fields.experiment_ids);
      const found = [...tracker.state.models.values()]
        .filter(
          model =>
            model.stage === 'active' &&
            wanted.has(model.experiment) &&
            matches(comparisons, modelLookup(model)),
        )
        .sort((a, b) => b.created - a.created);
      const orderings = fields.order_by.map(({ field_name, ascending }) => ({
        field: fieldOf(filterTokens(field_name)[0], field_name),
        descending: ascending === false,
      }));
      const page = pageOf(inOrder(found, orderings, modelLookup), fields.max_results, fields.page_token);
      return { models: page.items.map(model => modelJson(tracker, model)), ...page.next };
    },
  ),
  route('GET', 'logged-models/{model_id}', byId, (tracker, fields) => ({
    model: modelJson(tracker, modelOf(tracker, fields.model_id)),
  })),
  route(
    'PATCH',
    'logged-models/{model_id}',
    byId.extend({ status: optionalText }),
    async (tracker, fields) => {
      const model = modelOf(tracker, fields.model_id);
      const status = fields.status ?? model.status;
      const run = runOf(tracker, model);
      const said = status === 'LOGGED_MODEL_READY' ? modelSaid(tracker, model, { id: model.id }) : undefined;
      await change(
        tracker,
        model,
        { status },
        said === undefined
          ? []
          : run === undefined
            ? [() => tracker.runs.main.report({ models: [said] })]
            : [tracker.report(run, { models: [said] })],
      );
      return { model: modelJson(tracker, modelOf(tracker, model.id)) };
    },
  ),
  route('DELETE', 'logged-models/{model_id}', byId, async (tracker, fields) => {
    await change(tracker, modelOf(tracker, fields.model_id), { stage: 'deleted' });
    return {};
  }),
  route(
    'PATCH',
    'logged-models/{model_id}/tags',
    byId.extend({ tags: listField(pairField) }),
    async (tracker, fields) => {
      const model = modelOf(tracker, fields.model_id);
      const tags = new Map(model.tags);
      for (const { key, value } of fields.tags) tags.set(key, value);
      await change(tracker, model, { tags });
      return { model: modelJson(tracker, modelOf(tracker, model.id)) };
    },
  ),
  route(
    'DELETE',
    'logged-models/{model_id}/tags/{tag_key}',
    byId.extend({ tag_key: textField }),
    async (tracker, fields) => {
      const model = modelOf(tracker, fields.model_id);
      const tags = new Map(model.tags);
      if (!tags.delete(fields.tag_key))
        throw doesNotExist(`No tag with key ${fields.tag_key} on the model ${model.id}`);
      await change(tracker, model, { tags });
      return {};
    },
  ),
  route(
    'POST',
    'logged-models/{model_id}/params',
    byId.extend({ params: listField(pairField) }),
    async (tracker, fields) => {
      const model = modelOf(tracker, fields.model_id);
      const params = new Map(model.params);
      for (const { key, value } of fields.params) params.set(key, value);
      await change(tracker, model, { params });
      return {};
    },
  ),
  route(
    'GET',
    'logged-models/{model_id}/artifacts/directories',
    byId.extend({ artifact_directory_path: optionalText }),
    async (tracker, fields) => {
      const model = modelOf(tracker, fields.model_id);
      const path = fields.artifact_directory_path ?? '';
      return {
        root_uri: modelArtifactUri(tracker, model),
        files: await listArtifacts(modelFolder(tracker, model), path, 'from-root'),
      };
    },
  ),
];

/** Throws RESOURCE_DOES_NOT_EXIST. */
function modelOf(tracker: Tracker, id: string): LoggedModel {
  const model = tracker.state.models.get(id);
  if (model?.stage !== 'active') throw doesNotExist(`Logged model with ID '${id}' not found.`);
  return model;
}

function runOf(tracker: Tracker, model: LoggedModel): MlflowRun | undefined {
  return tracker.state.runs.get(model.run ?? '');
}

function change(
  tracker: Tracker,
  model: LoggedModel,
  changes: Partial<Pick<LoggedModel, 'status' | 'stage' | 'tags' | 'params'>>,
  steps: readonly (() => void)[] = [],
): Promise<void> | undefined {
  const changed = { ...model, ...changes, updated: Date.now() };
  const { params, tags } = changed;
  return tracker.commit(
    [loggedModelEventSchema.parse({ ...changed, params: [...params], tags: [...tags] })],
    steps,
  );
}

function modelLookup(model: LoggedModel): Lookup {
  return ({ kind, key }) => {
    const one = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
    if (kind === 'metric')
      return [...model.metrics.values()].filter(metric => metric.key === key).map(({ value }) => value);
    if (kind === 'param') return one(model.params.get(key));
    if (kind === 'tag') return one(model.tags.get(key));
    switch (key) {
      case 'name':
        return [model.name];
      case 'model_id':
        return [model.id];
      case 'model_type':
        return one(model.type);
      case 'status':
        return [model.status.replace(/^LOGGED_MODEL_/, '')];
      case 'source_run_id':
        return one(model.run);
      case 'experiment_id':
        return [model.experiment];
      case 'creation_timestamp':
      case 'creation_time':
      case 'creation_timestamp_ms':
        return [model.created];
      case 'last_updated_timestamp':
      case 'last_updated_timestamp_ms':
        return [model.updated];
      default:
        throw invalidValue(`Invalid attribute key '${key}' specified.`);
    }
  };
}
