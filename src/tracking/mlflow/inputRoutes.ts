/** Data sets that runs read, and models that they read and made. */
import * as z from 'zod';
import { runToWrite } from './createRun.ts';
import { listField, optionalText, pairField, textField, wholeField } from './fields.ts';
import type { DatasetInput } from './journalEvents.ts';
import { invalidValue } from './mlflowProblem.ts';
import { route } from './route.ts';
import { runIdFields, runIdOf } from './runId.ts';
import { modelHistory, olderModelSchema, type OlderModel } from './modelHistory.ts';
import { modelSaid } from './modelSaid.ts';
import { tagNames } from './runTags.ts';
import type { ReportedDataset } from '../../runs/reported.ts';

const someText = textField.nullish().transform(text => text ?? '');

const datasetField = z.object({
  tags: listField(pairField),
  dataset: z.object({
    name: textField,
    digest: someText,
    source_type: someText,
    source: someText,
    schema: optionalText,
    profile: optionalText,
  }),
});

export const inputRoutes = [
  route(
    'POST',
    'runs/log-inputs',
    z.object({
      ...runIdFields,
      datasets: listField(datasetField),
      models: listField(z.object({ model_id: textField })),
    }),
    async (tracker, fields) => {
      const run = await runToWrite(tracker, runIdOf(fields));
      const datasets = fields.datasets.map(({ tags, dataset: { schema, profile, ...dataset } }) => ({
        tags,
        dataset: {
          ...dataset,
          ...(schema === undefined ? {} : { schema }),
          ...(profile === undefined ? {} : { profile }),
        },
      }));
      await tracker.commit(
        [{ event: 'inputs', run: run.id, datasets, models: fields.models.map(model => model.model_id) }],
        datasets.length === 0 ? [] : [tracker.report(run, { datasets: datasets.map(reportedDataset) })],
      );
      return {};
    },
  ),
  route(
    'POST',
    'runs/outputs',
    z.object({
      ...runIdFields,
      models: listField(z.object({ model_id: textField, step: wholeField.default(0) })),
    }),
    async (tracker, fields) => {
      const run = await runToWrite(tracker, runIdOf(fields));
      const models = fields.models.map(({ model_id, step }) =>
        modelSaid(tracker, tracker.state.models.get(model_id), { id: model_id, step }),
      );
      await tracker.commit(
        [{ event: 'outputs', run: run.id, models: fields.models }],
        [tracker.report(run, { models })],
      );
      return {};
    },
  ),
  route(
    'POST',
    'experiments/search-datasets',
    z.object({ experiment_ids: listField(textField) }),
    (tracker, fields) => {
      const wanted = new Set(fields.experiment_ids);
      const found = new Map<string, object>();
      for (const run of tracker.state.runs.values())
        if (wanted.has(run.experiment))
          for (const input of run.datasets) {
            const { name, digest, context } = reportedDataset(input);
            const summary = { experiment_id: run.experiment, name, digest, context };
            found.set(JSON.stringify(summary), summary);
          }
      return { dataset_summaries: [...found.values()] };
    },
  ),
  // MLflow 2 only: the model lies among the artifacts of the run.
  route(
    'POST',
    'runs/log-model',
    z.object({ ...runIdFields, model_json: textField }),
    async (tracker, fields) => {
      const run = await runToWrite(tracker, runIdOf(fields));
      const model = readModel(fields.model_json);
      const path = model.artifact_path ?? 'model';
      const history = [...modelHistory(run), model];
      await tracker.commit(
        [{ event: 'tags', run: run.id, set: [[tagNames.models, JSON.stringify(history)]] }],
        [
          tracker.report(run, {
            models: [{ id: model.model_uuid ?? path, name: path, path: `artifacts/${path}` }],
          }),
        ],
      );
      return {};
    },
  ),
];

function reportedDataset({ dataset, tags }: DatasetInput): ReportedDataset {
  const context = tags.find(tag => tag.key === 'mlflow.data.context')?.value;
  return {
    name: dataset.name,
    digest: dataset.digest,
    ...(context === undefined ? {} : { context }),
    source: dataset.source,
    sourceType: dataset.source_type,
  };
}

function readModel(text: string): OlderModel {
  try {
    return olderModelSchema.parse(JSON.parse(text));
  } catch {
    throw invalidValue('The model is not described by a JSON object.');
  }
}
