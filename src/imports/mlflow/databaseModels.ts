/** The datasets that MLflow's database links to runs, and the models that runs logged (since 3.0). */
import type { ReportedDataset, ReportedModel } from '../../runs/reported.ts';
import type { RegisteredVersion } from './mlflowFacts.ts';
import type { ForEachRow } from './forEachRow.ts';

/** `location`: where its files are, as the database says. */
export type DatabaseModel = ReportedModel & { readonly location?: string };

export interface DatabaseLinks {
  readonly datasets: { readonly runId: string; readonly dataset: ReportedDataset }[];
  readonly registered: { readonly runId: string; readonly version: RegisteredVersion }[];
  readonly models: { readonly runId: string; readonly model: DatabaseModel }[];
}

export async function readDatabaseModels(each: ForEachRow): Promise<DatabaseLinks> {
  const contexts = new Map<string, string>();
  await each('input_tags', ({ text }) => {
    if (text('name') === 'mlflow.data.context') contexts.set(text('input_uuid') ?? '', text('value') ?? '');
  });
  const known = new Map<string, ReportedDataset>();
  await each('datasets', ({ text }) => {
    const [digest, source, sourceType] = [
      text('digest'),
      text('dataset_source'),
      text('dataset_source_type'),
    ];
    known.set(text('dataset_uuid') ?? '', {
      name: text('name') ?? '',
      ...(digest === undefined ? {} : { digest }),
      ...(source === undefined ? {} : { source }),
      ...(sourceType === undefined ? {} : { sourceType }),
    });
  });
  const models = new Map<string, DatabaseModel>();
  await each('logged_models', ({ text }) => {
    const [id, location] = [text('model_id'), text('artifact_location')];
    if (id === undefined || text('lifecycle_stage') === 'deleted') return;
    models.set(id, {
      id,
      name: text('name') ?? id,
      ...(location === undefined ? {} : { location }),
    });
  });

  const links: DatabaseLinks = { datasets: [], models: [], registered: [] };
  await each('model_versions', ({ text }) => {
    const version = {
      name: text('name') ?? '',
      version: text('version') ?? '',
      source: text('source') ?? '',
    };
    links.registered.push({ runId: text('run_id') ?? '', version });
  });
  await each('inputs', ({ text, number }) => {
    const [from, to] = [text('source_id') ?? '', text('destination_id') ?? ''];
    if (text('source_type') === 'DATASET') {
      const dataset = known.get(from);
      const context = contexts.get(text('input_uuid') ?? '');
      if (dataset !== undefined)
        links.datasets.push({
          runId: to,
          dataset: { ...dataset, ...(context === undefined ? {} : { context }) },
        });
    } else if (text('destination_type') === 'MODEL_OUTPUT') {
      const model = models.get(to);
      const step = number('step');
      if (model !== undefined)
        links.models.push({ runId: from, model: { ...model, ...(step === undefined ? {} : { step }) } });
    }
  });
  return links;
}
