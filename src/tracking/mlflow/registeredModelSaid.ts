/** Finds the model that a registered version is, and tells the record what it was registered as. */
import { modelHistory } from './modelHistory.ts';
import { modelSaid } from './modelSaid.ts';
import type { Tracker } from './tracker.ts';
import type { LoggedModel, MlflowRun } from './trackingState.ts';

export function registeredModelSaid(
  tracker: Tracker,
  asked: {
    readonly name: string;
    readonly source: string;
    readonly run_id?: string | undefined;
    readonly model_id?: string | undefined;
  },
  version: string,
): () => void {
  const model = registeredSource(tracker, asked);
  const run = tracker.state.runs.get(asked.run_id ?? model?.run ?? '');
  const registration = { registeredAs: asked.name, version };
  const said =
    model === undefined
      ? older(run, asked, registration)
      : modelSaid(tracker, model, { id: model.id, ...registration });
  return run === undefined
    ? () => tracker.runs.main.report({ models: [said] })
    : tracker.report(run, { models: [said] });
}

/** The logged model that is meant, by its id or by where its files are. */
export function registeredSource(
  tracker: Tracker,
  { source, model_id }: { readonly source: string; readonly model_id?: string | undefined },
): LoggedModel | undefined {
  const id = model_id ?? /(?:^models:\/|\/models\/)(m-[0-9a-f]{32})(?:\/|$)/.exec(source)?.[1];
  return id === undefined ? undefined : tracker.state.models.get(id);
}

/** A model of MLflow 2 lies among the artifacts of its run: told apart by its path there. */
function older(
  run: MlflowRun | undefined,
  { name, source }: { readonly name: string; readonly source: string },
  registration: { readonly registeredAs: string; readonly version: string },
): { id: string; name: string; registeredAs: string; version: string; path?: string } {
  const path = /\/artifacts\/(.+?)\/?$/.exec(source)?.[1];
  const known = run === undefined ? undefined : modelHistory(run).findLast(one => one.artifact_path === path);
  const id = known?.model_uuid ?? `${name}/${registration.version}`;
  return {
    id,
    name: path ?? name,
    ...(path === undefined || run === undefined ? {} : { path: `artifacts/${path}` }),
    ...registration,
  };
}
