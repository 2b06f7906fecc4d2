/**
 * Everything the endpoint knows besides metrics: made by {@link TrackingState.apply} alone, from acts that the journal
 * holds, so that a new supervisor which replays them knows the same.
 */
import type {
  DatasetInput,
  ExperimentEvent,
  JournalEvent,
  LoggedModelEvent,
  ModelMetric,
  ModelVersionEvent,
  RegisteredModelEvent,
  RunEvent,
} from './journalEvents.ts';

export interface Experiment extends Omit<ExperimentEvent, 'tags'> {
  readonly tags: Map<string, string>;
}

export interface MlflowRun extends RunEvent {
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly datasets: DatasetInput[];
  readonly modelInputs: string[];
  readonly modelOutputs: { model_id: string; step: number }[];
}

export interface LoggedModel extends Omit<LoggedModelEvent, 'params' | 'tags'> {
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  /** The newest of each key and data set. */
  readonly metrics: Map<string, ModelMetric>;
}

export type ModelVersion = Omit<ModelVersionEvent, 'tags'> & { readonly tags: Map<string, string> };

export interface RegisteredModel extends Omit<RegisteredModelEvent, 'tags' | 'aliases'> {
  readonly tags: Map<string, string>;
  readonly aliases: Map<string, string>;
  readonly versions: Map<string, ModelVersion>;
}

export class TrackingState {
  readonly experiments = new Map<string, Experiment>();
  readonly runs = new Map<string, MlflowRun>();
  readonly models = new Map<string, LoggedModel>();
  readonly registered = new Map<string, RegisteredModel>();

  constructor(now: number) {
    this.apply({
      event: 'experiment',
      id: '0',
      name: 'Default',
      stage: 'active',
      created: now,
      updated: now,
      tags: [],
    });
  }

  apply(event: JournalEvent): void {
    switch (event.event) {
      case 'experiment': {
        this.experiments.set(event.id, { ...event, tags: new Map(event.tags) });
        break;
      }
      case 'run': {
        const known = this.runs.get(event.id);
        this.runs.set(event.id, {
          params: known?.params ?? new Map<string, string>(),
          tags: known?.tags ?? new Map<string, string>(),
          datasets: known?.datasets ?? [],
          modelInputs: known?.modelInputs ?? [],
          modelOutputs: known?.modelOutputs ?? [],
          ...event,
        });
        break;
      }
      case 'params': {
        const run = this.runs.get(event.run);
        for (const [key, value] of event.set) run?.params.set(key, value);
        break;
      }
      case 'tags': {
        const run = this.runs.get(event.run);
        for (const [key, value] of event.set)
          if (value === null) run?.tags.delete(key);
          else run?.tags.set(key, value);
        break;
      }
      case 'inputs': {
        const run = this.runs.get(event.run);
        if (run === undefined) break;
        for (const input of event.datasets) addDataset(run.datasets, input);
        for (const model of event.models) if (!run.modelInputs.includes(model)) run.modelInputs.push(model);
        break;
      }
      case 'outputs': {
        const outputs = this.runs.get(event.run)?.modelOutputs;
        for (const output of event.models)
          if (outputs?.some(old => old.model_id === output.model_id && old.step === output.step) === false)
            outputs.push(output);
        break;
      }
      case 'model': {
        const metrics = this.models.get(event.id)?.metrics ?? new Map<string, ModelMetric>();
        const { params, tags } = event;
        this.models.set(event.id, { ...event, params: new Map(params), tags: new Map(tags), metrics });
        break;
      }
      case 'modelMetrics': {
        const metrics = this.models.get(event.model)?.metrics;
        for (const metric of event.metrics) {
          const id = JSON.stringify([metric.key, metric.datasetName, metric.datasetDigest]);
          const known = metrics?.get(id);
          if (known === undefined || !isOlder(metric, known)) metrics?.set(id, metric);
        }
        break;
      }
      case 'registered': {
        const versions = this.registered.get(event.name)?.versions ?? new Map<string, ModelVersion>();
        this.registered.set(event.name, {
          ...event,
          tags: new Map(event.tags),
          aliases: new Map(event.aliases),
          versions,
        });
        break;
      }
      case 'unregistered':
        this.registered.delete(event.name);
        break;
      case 'version': {
        this.registered.get(event.name)?.versions.set(event.version, { ...event, tags: new Map(event.tags) });
        break;
      }
      case 'versionDeleted':
        this.registered.get(event.name)?.versions.delete(event.version);
        break;
    }
  }
}

export function isOlder(
  a: { readonly step: number; readonly timestamp: number },
  b: { readonly step: number; readonly timestamp: number },
): boolean {
  return a.step < b.step || (a.step === b.step && a.timestamp < b.timestamp);
}

function addDataset(datasets: DatasetInput[], input: DatasetInput): void {
  const { name, digest } = input.dataset;
  const at = datasets.findIndex(old => old.dataset.name === name && old.dataset.digest === digest);
  if (at === -1) datasets.push(input);
  else datasets[at] = input;
}
