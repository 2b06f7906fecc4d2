/**
 * MLflow's file store (`mlruns`): `<experiment>/meta.yaml`, `<experiment>/<run>/meta.yaml`, and beside the latter
 * `metrics/`, `params/`, `tags/`, `inputs/`, `outputs/` with a file for each entry; logged models in
 * `<experiment>/models/`. Written by `mlflow/store/tracking/file_store.py` of all versions.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { fingerprintOf, fingerprintOfPaths } from '../fingerprint.ts';
import type { PastRunHeader, PastRuns, SkippedRun } from '../pastRun.ts';
import { entriesOf, readSmallText } from '../smallFiles.ts';
import { parentTag, withParents, type RegisteredVersion } from './mlflowFacts.ts';
import { readFileRun, type FileRun } from './readFileRun.ts';
import { readRegistry } from './readRegistry.ts';
import { readMeta } from './readMeta.ts';

const experimentSchema = z.looseObject({
  experiment_id: z.union([z.string(), z.number()]).transform(String),
  name: z.string().optional(),
  lifecycle_stage: z.string().optional(),
});

const runSchema = z.looseObject({
  run_name: z.string().nullish(),
  name: z.string().nullish(),
  source_name: z.string().nullish(),
  status: z.union([z.number(), z.string()]).nullish(),
  start_time: z.number().nullish(),
  end_time: z.number().nullish(),
  lifecycle_stage: z.string().optional(),
  artifact_uri: z.string().nullish(),
});

/** Folders in an experiment that are no runs. */
const notRuns = new Set(['models', 'datasets', 'traces', 'tags', 'issues']);

/** @param path The store, a folder that holds it as `mlruns`, or the folder of one experiment. */
export async function openFileStore(path: string, signal: AbortSignal | undefined): Promise<PastRuns> {
  const runs: { header: PastRunHeader; parentId: string | undefined }[] = [];
  const skipped: SkippedRun[] = [];
  const folders = experimentFolders(path);
  const registry = folders[0] === undefined ? new Map<string, never[]>() : readRegistry(dirname(folders[0]));
  for (const folder of folders) {
    const meta = readMeta(join(folder, 'meta.yaml'), experimentSchema);
    if (typeof meta === 'string') {
      skipped.push({ what: basename(folder), why: meta });
      continue;
    }
    if (meta.lifecycle_stage === 'deleted') {
      skipped.push({ what: meta.name ?? basename(folder), why: 'the experiment was deleted in MLflow' });
      continue;
    }
    for (const entry of entriesOf(folder)) {
      if (notRuns.has(entry.name) || entry.name.startsWith('.') || entry.isFile()) continue;
      signal?.throwIfAborted();
      // Ten thousand runs are many small files: others get their turn between them.
      if (runs.length % 64 === 63) await nextTurn();
      if (!entry.isDirectory()) skipped.push({ what: entry.name, why: 'a link is not followed' });
      else {
        const run = fileRun(path, folder, entry.name, meta.name, registry);
        if ('why' in run) skipped.push(run);
        else runs.push(run);
      }
    }
  }
  for (const entry of entriesOf(join(path, '.trash')))
    skipped.push({ what: entry.name, why: 'the experiment was deleted in MLflow' });
  return { runs: withParents(runs), skipped, close: () => Promise.resolve() };
}

function experimentFolders(path: string): string[] {
  if (isExperiment(path)) return [path];
  const below = entriesOf(path)
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'models')
    .map(entry => join(path, entry.name))
    .filter(isExperiment);
  if (below.length > 0 || basename(path) === 'mlruns') return below;
  return entriesOf(path).some(entry => entry.name === 'mlruns' && entry.isDirectory())
    ? experimentFolders(join(path, 'mlruns'))
    : [];
}

function isExperiment(folder: string): boolean {
  return /^(?:artifact_location|experiment_id):/m.test(readSmallText(join(folder, 'meta.yaml')) ?? '');
}

function fileRun(
  store: string,
  experimentFolder: string,
  /** Of its folder, which MLflow calls by the id of the run. */
  id: string,
  experiment: string | undefined,
  registry: ReadonlyMap<string, readonly RegisteredVersion[]>,
): { header: PastRunHeader; parentId: string | undefined } | SkippedRun {
  const folder = join(experimentFolder, id);
  const meta = readMeta(join(folder, 'meta.yaml'), runSchema);
  if (typeof meta === 'string') return { what: id, why: meta };
  if (meta.lifecycle_stage === 'deleted') return { what: id, why: 'the run was deleted in MLflow' };
  const run: FileRun = {
    id,
    store,
    folder,
    experimentFolder,
    experiment,
    name: meta.run_name ?? meta.name ?? undefined,
    sourceName: meta.source_name ?? undefined,
    status: statusOf(meta.status),
    startedAt: meta.start_time ?? 0,
    endedAt: meta.end_time ?? undefined,
    artifactUri: meta.artifact_uri ?? undefined,
    registered: registry.get(id) ?? [],
  };
  const parts = ['meta.yaml', 'metrics', 'params', 'tags', 'inputs', 'outputs', 'artifacts'];
  return {
    header: {
      id,
      identity: id,
      logged: { mlflowRun: id },
      startedAt: run.startedAt,
      fingerprint: fingerprintOf([
        fingerprintOfPaths(parts.map(part => join(folder, part))),
        JSON.stringify(run.registered),
      ]),
      // eslint-disable-next-line @typescript-eslint/require-await -- rejects where reading throws
      read: async () => readFileRun(run),
    },
    parentId: readSmallText(join(folder, 'tags', parentTag))?.trim(),
  };
}

const statuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;

/** A number from 1 in meta.yaml, a word in the database. */
export function statusOf(status: number | string | null | undefined): (typeof statuses)[number] | undefined {
  if (typeof status === 'number') return statuses[status - 1];
  return statuses.find(one => one === status);
}
