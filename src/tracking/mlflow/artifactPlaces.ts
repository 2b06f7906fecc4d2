/** Where artifacts lie on disk, and by which URI MLflow clients reach them: straight as files, or over HTTP. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Experiment, LoggedModel, MlflowRun } from './trackingState.ts';
import type { Tracker } from './tracker.ts';

/** Absolute folder. A process of a distributed run has one of its own, so that ranks do not overwrite each other. */
export function runArtifactFolder(tracker: Tracker, run: MlflowRun): string {
  const { artifacts } = tracker.target(run).paths;
  return tracker.speaks(run) ? artifacts : join(artifacts, `rank-${run.rank ?? 0}`);
}

/** Absolute folder. */
export function modelFolder(tracker: Tracker, model: Pick<LoggedModel, 'id' | 'run'>): string {
  const run = tracker.state.runs.get(model.run ?? '');
  const { models } = run === undefined ? tracker.runs.main.paths : tracker.target(run).paths;
  return join(models, model.id);
}

export function experimentLocation(tracker: Tracker, experiment: Experiment): string {
  if (experiment.location !== undefined) return experiment.location;
  return tracker.artifacts === 'file'
    ? fileUri(tracker.runs.main.paths.artifacts)
    : `mlflow-artifacts:/${experiment.id}`;
}

export function runArtifactUri(tracker: Tracker, run: MlflowRun): string {
  const chosen = tracker.state.experiments.get(run.experiment)?.location;
  if (chosen !== undefined) return joinUri(chosen, `${run.id}/artifacts`);
  return tracker.artifacts === 'file'
    ? fileUri(runArtifactFolder(tracker, run))
    : `mlflow-artifacts:/${run.experiment}/${run.id}/artifacts`;
}

export function modelArtifactUri(tracker: Tracker, model: LoggedModel): string {
  const chosen = tracker.state.experiments.get(model.experiment)?.location;
  if (chosen !== undefined) return joinUri(chosen, `models/${model.id}/artifacts`);
  return tracker.artifacts === 'file'
    ? fileUri(modelFolder(tracker, model))
    : `mlflow-artifacts:/${model.experiment}/models/${model.id}/artifacts`;
}

function fileUri(path: string): string {
  return pathToFileURL(path).href;
}

function joinUri(uri: string, path: string): string {
  return `${uri.replace(/\/+$/, '')}/${path}`;
}
