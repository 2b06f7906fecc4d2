/**
 * MLflow's database store (`mlflow.db`), read without writing to it. The tables are those of all schema versions since
 * 1.0 (`mlflow/store/tracking/dbmodels/models.py`); a table or column that an older version lacks is empty.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportedDataset, ReportedModel } from '../../runs/reported.ts';
import { databaseWithoutRuns } from '../errors.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { PastRun, PastRunHeader, PastRuns, SkippedRun } from '../pastRun.ts';
import { Database } from '../../tracking/sqlite/database.ts';
import { DatabaseMetrics } from './databaseMetrics.ts';
import { readDatabaseModels, type DatabaseModel } from './databaseModels.ts';
import { localArtifacts } from './localArtifacts.ts';
import { parentTag, pastRunOfMlflow, withParents, type RegisteredVersion } from './mlflowFacts.ts';
import { statusOf } from './openFileStore.ts';
import { forEachRow } from './forEachRow.ts';
import { isName } from './readFileRun.ts';

interface DatabaseRun {
  readonly id: string;
  readonly name: string | undefined;
  readonly sourceName: string | undefined;
  readonly status: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly artifactUri: string | undefined;
  readonly experimentId: string | undefined;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly datasets: ReportedDataset[];
  readonly models: DatabaseModel[];
  readonly registered: RegisteredVersion[];
}

/** @param path The database, or the folder that holds it as `mlflow.db`. Throws what errors.ts names `database-…`. */
export async function openMlflowDatabase(path: string, signal: AbortSignal | undefined): Promise<PastRuns> {
  const file = statSync(path).isDirectory() ? join(path, 'mlflow.db') : path;
  if (!existsSync(file)) return { runs: [], skipped: [], close: () => Promise.resolve() };
  const database = await Database.open(file, signal);
  try {
    if (database.table('runs') === undefined || database.table('experiments') === undefined)
      throw databaseWithoutRuns(file);
    return await readHeaders(database, file, signal);
  } catch (error) {
    database.close();
    throw error;
  }
}

async function readHeaders(
  database: Database,
  file: string,
  signal: AbortSignal | undefined,
): Promise<PastRuns> {
  const skipped: SkippedRun[] = [];
  const experiments = new Map<string, { name: string; deleted: boolean }>();
  const each = forEachRow(database, signal);
  await each('experiments', ({ text }) => {
    const deleted = text('lifecycle_stage') === 'deleted';
    experiments.set(text('experiment_id') ?? '', { name: text('name') ?? '', deleted });
  });
  const runs = new Map<string, DatabaseRun>();
  await each('runs', ({ text, number }) => {
    const id = text('run_uuid');
    if (id === undefined) return;
    const experimentId = text('experiment_id');
    if (text('lifecycle_stage') === 'deleted')
      skipped.push({ what: id, why: 'the run was deleted in MLflow' });
    else if (experiments.get(experimentId ?? '')?.deleted === true)
      skipped.push({ what: id, why: 'its experiment was deleted in MLflow' });
    else
      runs.set(id, {
        id,
        name: text('name'),
        sourceName: text('source_name'),
        status: text('status'),
        startedAt: number('start_time') ?? 0,
        endedAt: number('end_time'),
        artifactUri: text('artifact_uri'),
        experimentId,
        params: new Map(),
        tags: new Map(),
        datasets: [],
        models: [],
        registered: [],
      });
  });
  await each('params', ({ text }) => {
    runs.get(text('run_uuid') ?? '')?.params.set(text('key') ?? '', text('value') ?? '');
  });
  await each('tags', ({ text }) => {
    runs.get(text('run_uuid') ?? '')?.tags.set(text('key') ?? '', text('value') ?? '');
  });
  const { datasets, models, registered } = await readDatabaseModels(each);
  for (const { runId, dataset } of datasets) runs.get(runId)?.datasets.push(dataset);
  for (const { runId, version } of registered) runs.get(runId)?.registered.push(version);
  for (const { runId, model } of models) runs.get(runId)?.models.push(model);

  const metrics = await DatabaseMetrics.count(database, signal);
  const headers = withParents(
    [...runs.values()].map(run => ({
      header: {
        id: run.id,
        identity: run.id,
        logged: { mlflowRun: run.id },
        startedAt: run.startedAt,
        fingerprint: fingerprintOf([JSON.stringify(run, withMaps), metrics.stampOf(run.id)]),
        read: () => readRun(run, file, experiments.get(run.experimentId ?? '')?.name, metrics),
      } satisfies PastRunHeader,
      parentId: run.tags.get(parentTag),
    })),
  );
  metrics.expect(headers.map(header => header.id));
  return {
    runs: headers,
    skipped,
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

async function readRun(
  run: DatabaseRun,
  file: string,
  experiment: string | undefined,
  metrics: DatabaseMetrics,
): Promise<PastRun> {
  const warnings: string[] = [];
  const artifacts = localArtifacts({ id: run.id, store: file, artifactUri: run.artifactUri });
  if (artifacts.warning !== undefined) warnings.push(artifacts.warning);
  const models = run.models.map(model => {
    const { location, ...reported } = model;
    const found = localArtifacts({ id: model.id, store: file, artifactUri: location });
    const [from] = found.files;
    const path = `models/${model.id}`;
    const kept = from !== undefined && isName(model.id);
    const told: ReportedModel = kept ? { ...reported, path } : reported;
    return { model: told, files: kept ? [{ from: from.from, to: path }] : [] };
  });
  return pastRunOfMlflow({
    runId: run.id,
    runName: run.name,
    sourceName: run.sourceName,
    status: statusOf(run.status),
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    experiment,
    params: run.params,
    tags: run.tags,
    datasets: run.datasets,
    models: models.map(({ model }) => model),
    registered: run.registered,
    series: await metrics.series(run.id),
    files: [...artifacts.files, ...models.flatMap(({ files }) => files)],
    warnings,
  });
}

function withMaps(_: string, value: unknown): unknown {
  return value instanceof Map ? [...(value as Map<string, string>)] : value;
}
