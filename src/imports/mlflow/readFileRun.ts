/** Reads one run of MLflow's file store whole. What of it cannot be read costs itself and is said in a warning. */
import { basename, join } from 'node:path';
import { existsSync } from 'node:fs';
import * as z from 'zod';
import { errorText } from '../../base/systemError.ts';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { ReportedDataset, ReportedModel } from '../../runs/reported.ts';
import type { PastFiles, PastRun } from '../pastRun.ts';
import { entriesOf, filesBelow, readSmallText } from '../smallFiles.ts';
import { localArtifacts } from './localArtifacts.ts';
import { pastRunOfMlflow, type MlflowFacts, type RegisteredVersion } from './mlflowFacts.ts';
import { readMeta } from './readMeta.ts';
import { readMetricFile } from './readMetricFile.ts';

export interface FileRun {
  readonly id: string;
  /** What was asked to be imported; files are copied from below it only. */
  readonly store: string;
  readonly folder: string;
  readonly experimentFolder: string;
  readonly experiment: string | undefined;
  readonly name: string | undefined;
  readonly sourceName: string | undefined;
  readonly status: MlflowFacts['status'];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly artifactUri: string | undefined;
  readonly registered: readonly RegisteredVersion[];
}

export function readFileRun(run: FileRun): PastRun {
  const warnings: string[] = [];
  const texts = (part: string): Map<string, string> => {
    const { files, leftOut } = filesBelow(join(run.folder, part));
    if (leftOut > 0) warnings.push(`${leftOut} of ${part} are no files and were left out`);
    return new Map(files.map(({ name, path }) => [name, readSmallText(path) ?? '']));
  };
  const models = loggedModels(run);
  const artifacts = localArtifacts(run);
  if (artifacts.warning !== undefined) warnings.push(artifacts.warning);
  return pastRunOfMlflow({
    runId: run.id,
    runName: run.name,
    sourceName: run.sourceName,
    status: run.status,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    experiment: run.experiment,
    params: texts('params'),
    tags: texts('tags'),
    datasets: datasets(run),
    models: models.map(({ model }) => model),
    registered: run.registered,
    series: metricSeries(run, warnings),
    files: [...artifacts.files, ...models.flatMap(({ files }) => files)],
    warnings,
  });
}

function metricSeries(run: FileRun, warnings: string[]): MetricSeries[] {
  const { files, leftOut } = filesBelow(join(run.folder, 'metrics'));
  if (leftOut > 0) warnings.push(`${leftOut} of metrics are no files and were left out`);
  return files.flatMap(({ path, name }) => {
    try {
      const { series, badLines } = readMetricFile(path, name);
      if (badLines > 0)
        warnings.push(`${badLines} ${badLines === 1 ? 'line' : 'lines'} of metric ${name} could not be read`);
      return series.steps.length === 0 ? [] : [series];
    } catch (error) {
      warnings.push(`metric ${name} could not be read: ${errorText(error)}`);
      return [];
    }
  });
}

const word = z
  .string()
  .nullish()
  .transform(text => text ?? undefined);
const linkSchema = z.looseObject({
  source_type: z.string().optional(),
  source_id: z.string().optional(),
  destination_type: z.string().optional(),
  destination_id: z.string().optional(),
  step: z
    .number()
    .nullish()
    .transform(step => step ?? undefined),
  tags: z.record(z.string(), z.unknown()).nullish(),
});
const datasetSchema = z.looseObject({
  name: z.string(),
  digest: word,
  source: word,
  source_type: word,
});
const modelSchema = z.looseObject({ name: z.string() });

/** What stands in `inputs/` or `outputs/`: a folder with a meta.yaml for each. */
function links(run: FileRun, part: string): z.output<typeof linkSchema>[] {
  return entriesOf(join(run.folder, part)).flatMap(entry => {
    const link = readMeta(join(run.folder, part, entry.name, 'meta.yaml'), linkSchema);
    return typeof link === 'string' ? [] : [link];
  });
}

function datasets(run: FileRun): ReportedDataset[] {
  return links(run, 'inputs').flatMap(({ source_type, source_id, tags }) => {
    if (source_type !== 'DATASET' || !isName(source_id)) return [];
    const data = readMeta(join(run.experimentFolder, 'datasets', source_id, 'meta.yaml'), datasetSchema);
    if (typeof data === 'string') return [];
    const context = tags?.['mlflow.data.context'];
    return [
      {
        name: data.name,
        ...(data.digest === undefined ? {} : { digest: data.digest }),
        ...(typeof context === 'string' ? { context } : {}),
        ...(data.source === undefined ? {} : { source: data.source }),
        ...(data.source_type === undefined ? {} : { sourceType: data.source_type }),
      },
    ];
  });
}

function loggedModels(run: FileRun): { model: ReportedModel; files: PastFiles[] }[] {
  return links(run, 'outputs').flatMap(({ destination_id: id, step }) => {
    if (!isName(id)) return [];
    const folder = join(run.experimentFolder, 'models', id);
    const meta = readMeta(join(folder, 'meta.yaml'), modelSchema);
    if (typeof meta === 'string') return [];
    const from = join(folder, 'artifacts');
    const path = `models/${id}`;
    const kept = existsSync(from);
    const model = {
      id,
      name: meta.name,
      ...(step === undefined ? {} : { step }),
      ...(kept ? { path } : {}),
    };
    return [{ model, files: kept ? [{ from, to: path }] : [] }];
  });
}

/** Whether it can be the name of a folder in the store, and nothing else. */
export function isName(text: string | undefined): text is string {
  return text !== undefined && text.length <= 255 && /^[\w-][\w.-]*$/.test(text) && basename(text) === text;
}
