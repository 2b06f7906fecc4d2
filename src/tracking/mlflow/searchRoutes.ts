/** Searches over the runs and experiments of this endpoint, for scripts that read back. */
import * as z from 'zod';
import { runArtifactUri } from './artifactPlaces.ts';
import { experimentJson, runJson } from './entityJson.ts';
import { listField, optionalText, optionalWhole, textField } from './fields.ts';
import { inOrder, matches, parseOrdering, type Lookup } from './matchFilter.ts';
import { invalidValue } from './mlflowProblem.ts';
import { pageOf } from './paging.ts';
import { parseFilter } from './parseFilter.ts';
import { route } from './route.ts';
import type { Tracker } from './tracker.ts';
import type { Experiment, MlflowRun } from './trackingState.ts';

/** Fields that every search has. */
export const searchFields = {
  filter: optionalText,
  max_results: optionalWhole,
  page_token: optionalText,
};

const viewField = optionalText.transform(view => view ?? 'ACTIVE_ONLY');

export const searchRoutes = [
  route(
    'POST',
    'runs/search',
    z.object({
      ...searchFields,
      experiment_ids: listField(textField),
      run_view_type: viewField,
      order_by: listField(textField),
    }),
    async (tracker, fields) => {
      const comparisons = parseFilter(fields.filter ?? '');
      const orderings = fields.order_by.map(parseOrdering);
      const wanted = new Set(fields.experiment_ids);
      const candidates = [...tracker.state.runs.values()].filter(
        run => wanted.has(run.experiment) && isInView(run.stage, fields.run_view_type),
      );
      for (const run of candidates) await tracker.metrics.ready(run);
      const found = candidates
        .filter(run => matches(comparisons, runLookup(tracker, run)))
        .sort((a, b) => b.start - a.start || (a.id < b.id ? -1 : 1));
      const page = pageOf(
        inOrder(found, orderings, run => runLookup(tracker, run)),
        fields.max_results,
        fields.page_token,
      );
      return { runs: page.items.map(run => runJson(tracker, run)), ...page.next };
    },
  ),
  route(
    'GET POST',
    'experiments/search',
    z.object({ ...searchFields, view_type: viewField, order_by: listField(textField) }),
    (tracker, fields) => {
      const comparisons = parseFilter(fields.filter ?? '');
      const orderings = fields.order_by.map(parseOrdering);
      const found = [...tracker.state.experiments.values()]
        .filter(
          experiment =>
            isInView(experiment.stage, fields.view_type) &&
            matches(comparisons, experimentLookup(experiment)),
        )
        .sort((a, b) => b.updated - a.updated || Number(b.id) - Number(a.id));
      const page = pageOf(inOrder(found, orderings, experimentLookup), fields.max_results, fields.page_token);
      return {
        experiments: page.items.map(experiment => experimentJson(tracker, experiment)),
        ...page.next,
      };
    },
  ),
];

function isInView(stage: 'active' | 'deleted', view: string): boolean {
  return view === 'ALL' || (view === 'DELETED_ONLY' ? stage === 'deleted' : stage === 'active');
}

function runLookup(tracker: Tracker, run: MlflowRun): Lookup {
  return ({ kind, key }) => {
    switch (kind) {
      case 'metric':
        return one(tracker.metrics.latest(run).get(key)?.value);
      case 'param':
        return one(run.params.get(key));
      case 'tag':
        return one(run.tags.get(key));
      case 'dataset':
        return datasetValues(run, key);
      case 'attribute':
        return runAttribute(tracker, run, key);
    }
  };
}

function runAttribute(tracker: Tracker, run: MlflowRun, key: string): readonly (string | number)[] {
  switch (key.toLowerCase().replace(' ', '_')) {
    case 'run_id':
    case 'run_uuid':
      return [run.id];
    case 'run_name':
      return [run.name];
    case 'experiment_id':
      return [run.experiment];
    case 'user_id':
      return [run.user];
    case 'status':
      return [run.status];
    case 'artifact_uri':
      return [runArtifactUri(tracker, run)];
    case 'lifecycle_stage':
      return [run.stage];
    case 'start_time':
    case 'created':
      return [run.start];
    case 'end_time':
      return one(run.end);
    default:
      throw invalidValue(`Invalid attribute key '${key}' specified.`);
  }
}

function datasetValues(run: MlflowRun, key: string): string[] {
  switch (key) {
    case 'name':
      return run.datasets.map(({ dataset }) => dataset.name);
    case 'digest':
      return run.datasets.map(({ dataset }) => dataset.digest);
    case 'context':
      return run.datasets.flatMap(({ tags }) =>
        tags.filter(tag => tag.key === 'mlflow.data.context').map(({ value }) => value),
      );
    default:
      throw invalidValue(`Invalid dataset key '${key}' specified.`);
  }
}

function experimentLookup(experiment: Experiment): Lookup {
  return ({ kind, key }) => {
    if (kind === 'tag') return one(experiment.tags.get(key));
    if (kind !== 'attribute') throw invalidValue(`Invalid entity type '${kind}' for experiments.`);
    switch (key) {
      case 'name':
        return [experiment.name];
      case 'experiment_id':
        return [Number(experiment.id)];
      case 'creation_time':
        return [experiment.created];
      case 'last_update_time':
        return [experiment.updated];
      default:
        throw invalidValue(`Invalid attribute key '${key}' specified.`);
    }
  };
}

function one<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
