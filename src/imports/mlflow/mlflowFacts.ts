/**
 * What MLflow keeps about a run, whichever of its stores it was read from, and what it means in ours: the same as where
 * a program logs to us.
 */
import * as z from 'zod';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { ReportedDataset, ReportedModel } from '../../runs/reported.ts';
import { parameterOf } from '../../tracking/mlflow/parameterOf.ts';
import type { PastFiles, PastRun, PastRunHeader } from '../pastRun.ts';

export interface MlflowFacts {
  readonly runId: string;
  readonly runName?: string | undefined;
  readonly sourceName?: string | undefined;
  readonly status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED' | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly experiment?: string | undefined;
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  readonly datasets: readonly ReportedDataset[];
  readonly models: readonly ReportedModel[];
  /** What the registry holds of this run. */
  readonly registered: readonly RegisteredVersion[];
  readonly series: readonly MetricSeries[];
  readonly files: readonly PastFiles[];
  readonly warnings: readonly string[];
}

/** A version in the model registry. */
export interface RegisteredVersion {
  readonly name: string;
  readonly version: string;
  /** `models:/m-…`, or where the model's files are: `…/<run id>/artifacts/<path>`, `runs:/<run id>/<path>`. */
  readonly source: string;
}

export const parentTag = 'mlflow.parentRunId';
/** Ours: MLflow names the experiment beside the run, not in its tags. */
export const experimentTag = 'mlflow.experiment';
/** Of the tags that MLflow sets itself; the others are said in other places of the record, or mean something to it only. */
const keptOwnTags = new Set(['mlflow.user']);

export function pastRunOfMlflow(facts: MlflowFacts): PastRun {
  const { tags } = facts;
  const name = nonEmpty(facts.runName) ?? nonEmpty(tags.get('mlflow.runName'));
  const note = nonEmpty(tags.get('mlflow.note.content'));
  const source = nonEmpty(tags.get('mlflow.source.name')) ?? nonEmpty(facts.sourceName);
  const state = endStates[facts.status ?? 'RUNNING'];
  const kept = [...tags].filter(([key]) => !/^(?:mlflow|lockstep)\./.test(key) || keptOwnTags.has(key));
  if (facts.experiment !== undefined) kept.push([experimentTag, facts.experiment]);
  return {
    name,
    note,
    argv: source === undefined ? [] : [source],
    ...(state === undefined ? {} : { end: { state, at: facts.endedAt ?? lastTime(facts) } }),
    commit: nonEmpty(tags.get('mlflow.source.git.commit')),
    branch: nonEmpty(tags.get('mlflow.source.git.branch')),
    remote: nonEmpty(tags.get('mlflow.source.git.repoURL')),
    parameters: Object.fromEntries([...facts.params].map(([key, value]) => [key, parameterOf(value)])),
    tags: Object.fromEntries(kept),
    datasets: facts.datasets,
    models: (facts.models.length > 0
      ? facts.models
      : modelsOfHistory(tags.get('mlflow.log-model.history'))
    ).map(model => ({ ...model, ...registrationOf(model, facts.registered) })),
    series: facts.series,
    media: [],
    files: facts.files,
    warnings: facts.warnings,
  };
}

/** Parents before children; a run that is its own ancestor counts as one without a parent. */
export function withParents(
  runs: readonly { readonly header: PastRunHeader; readonly parentId: string | undefined }[],
): PastRunHeader[] {
  const byId = new Map(runs.map(run => [run.header.id, run]));
  const depthOf = (id: string): number | undefined => {
    const seen = new Set<string>();
    for (let at = byId.get(id); at !== undefined; at = byId.get(at.parentId ?? '')) {
      if (seen.has(at.header.id)) return undefined;
      seen.add(at.header.id);
    }
    return seen.size;
  };
  const children = new Map<string, number>();
  const nested = runs.map(({ header, parentId }) => {
    const depth = depthOf(header.id);
    const parent = depth === undefined ? undefined : byId.get(parentId ?? '')?.header;
    if (parent !== undefined) children.set(parent.id, (children.get(parent.id) ?? 0) + 1);
    return { header: parent === undefined ? header : { ...header, parent }, depth: depth ?? 0 };
  });
  return nested
    .map(({ header, depth }) => {
      const count = children.get(header.id);
      if (count === undefined) return { header, depth };
      return { header: { ...header, children: count, fingerprint: `${header.fingerprint}+${count}` }, depth };
    })
    .sort((a, b) => a.depth - b.depth || a.header.startedAt - b.header.startedAt)
    .map(({ header }) => header);
}

const endStates = {
  RUNNING: undefined,
  SCHEDULED: undefined,
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'cancelled',
} as const;

const historySchema = z.array(z.looseObject({ artifact_path: z.string(), model_uuid: z.string().nullish() }));

/** Clients before 3 keep logged models in a tag; their files are artifacts of the run. */
function modelsOfHistory(text: string | undefined): ReportedModel[] {
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const { data = [] } = historySchema.safeParse(value);
  return data.map(model => ({
    id: model.model_uuid ?? model.artifact_path,
    name: model.artifact_path,
    ...(staysBelow(model.artifact_path) ? { path: `artifacts/${model.artifact_path}` } : {}),
  }));
}

/** Under which name it was registered last. */
function registrationOf(
  { id, name }: ReportedModel,
  registered: readonly RegisteredVersion[],
): { registeredAs?: string; version?: string } {
  const last = registered.findLast(
    ({ source }) => source === `models:/${id}` || source.replace(/\/+$/, '').endsWith(`/${name}`),
  );
  return last === undefined ? {} : { registeredAs: last.name, version: last.version };
}

/** Whether a relative path with forward slashes names something below. */
export function staysBelow(path: string): boolean {
  return path !== '' && !/^(?:[/\\]|[A-Za-z]:)|\0/.test(path) && !path.split(/[/\\]/).includes('..');
}

function lastTime({ series, startedAt }: MlflowFacts): number {
  return series.reduce((last, { times }) => Math.max(last, times.at(-1) ?? 0), startedAt);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
