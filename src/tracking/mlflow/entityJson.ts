/** The things of the state as MLflow's answers spell them: snake case, numbers as numbers, NaN as text. */
import { experimentLocation, modelArtifactUri, runArtifactUri } from './artifactPlaces.ts';
import type { ModelMetric } from './journalEvents.ts';
import type { LatestMetric } from './runMetrics.ts';
import type { Tracker } from './tracker.ts';
import type { Experiment, LoggedModel, MlflowRun, ModelVersion, RegisteredModel } from './trackingState.ts';

export function valueJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function pairsJson(pairs: ReadonlyMap<string, string>): { key: string; value: string }[] {
  return Array.from(pairs, ([key, value]) => ({ key, value }));
}

export function experimentJson(tracker: Tracker, experiment: Experiment): object {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: experimentLocation(tracker, experiment),
    lifecycle_stage: experiment.stage,
    creation_time: experiment.created,
    last_update_time: experiment.updated,
    tags: pairsJson(experiment.tags),
  };
}

export function runInfoJson(tracker: Tracker, run: MlflowRun): object {
  return {
    run_id: run.id,
    run_uuid: run.id,
    run_name: run.name,
    experiment_id: run.experiment,
    user_id: run.user,
    status: run.status,
    start_time: run.start,
    ...(run.end === undefined ? {} : { end_time: run.end }),
    artifact_uri: runArtifactUri(tracker, run),
    lifecycle_stage: run.stage,
  };
}

/** Its metrics must have been read: {@link Tracker.ready}. */
export function runJson(tracker: Tracker, run: MlflowRun): object {
  return {
    info: runInfoJson(tracker, run),
    data: {
      metrics: Array.from(tracker.metrics.latest(run), ([key, metric]) => metricJson(key, metric)),
      params: pairsJson(run.params),
      tags: pairsJson(run.tags),
    },
    inputs: {
      dataset_inputs: run.datasets,
      model_inputs: run.modelInputs.map(model_id => ({ model_id })),
    },
    outputs: { model_outputs: run.modelOutputs },
  };
}

export function metricJson(key: string, { value, timestamp, step }: LatestMetric): object {
  return { key, value: valueJson(value), timestamp, step };
}

export function modelJson(tracker: Tracker, model: LoggedModel): object {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experiment,
      name: model.name,
      creation_timestamp_ms: model.created,
      last_updated_timestamp_ms: model.updated,
      artifact_uri: modelArtifactUri(tracker, model),
      status: model.status,
      ...(model.type === undefined ? {} : { model_type: model.type }),
      ...(model.run === undefined ? {} : { source_run_id: model.run }),
      tags: pairsJson(model.tags),
    },
    data: {
      params: pairsJson(model.params),
      metrics: Array.from(model.metrics.values(), metric => modelMetricJson(model.id, metric)),
    },
  };
}

function modelMetricJson(model: string, metric: ModelMetric): object {
  return {
    key: metric.key,
    value: valueJson(metric.value),
    timestamp: metric.timestamp,
    step: metric.step,
    run_id: metric.run,
    model_id: model,
    ...(metric.datasetName === undefined ? {} : { dataset_name: metric.datasetName }),
    ...(metric.datasetDigest === undefined ? {} : { dataset_digest: metric.datasetDigest }),
  };
}

export function versionJson(registered: RegisteredModel | undefined, version: ModelVersion): object {
  const aliases = Array.from(registered?.aliases ?? [])
    .filter(([, aliased]) => aliased === version.version)
    .map(([alias]) => alias);
  return {
    name: version.name,
    version: version.version,
    creation_timestamp: version.created,
    last_updated_timestamp: version.updated,
    user_id: '',
    current_stage: version.stage,
    description: version.description,
    source: version.source,
    run_id: version.run,
    run_link: version.runLink,
    status: 'READY',
    ...(version.model === undefined ? {} : { model_id: version.model }),
    tags: pairsJson(version.tags),
    aliases,
  };
}

export function registeredJson(registered: RegisteredModel): object {
  return {
    name: registered.name,
    creation_timestamp: registered.created,
    last_updated_timestamp: registered.updated,
    user_id: '',
    description: registered.description,
    latest_versions: latestVersions(registered).map(version => versionJson(registered, version)),
    tags: pairsJson(registered.tags),
    aliases: Array.from(registered.aliases, ([alias, version]) => ({ alias, version })),
  };
}

/** The newest of each stage. */
export function latestVersions(registered: RegisteredModel): ModelVersion[] {
  const newest = new Map<string, ModelVersion>();
  for (const version of registered.versions.values()) {
    const known = newest.get(version.stage);
    if (known === undefined || Number(version.version) > Number(known.version))
      newest.set(version.stage, version);
  }
  return [...newest.values()];
}
