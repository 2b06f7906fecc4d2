/** A run as Lockstep tells it: by `lockstep show --json` and `lockstep metrics`, and what lies in the run folder. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { mediaEntrySchema, readMediaLines, type MediaEntry } from '../../../src/runs/media.ts';
import { planSchema, type ParameterValue } from '../../../src/runs/plan.ts';
import { reportedSchema } from '../../../src/runs/reported.ts';
import { metricValueSchema, resultSchema } from '../../../src/runs/result.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';

const saidSchema = reportedSchema.omit({ parameters: true });
const showSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  dir: z.string(),
  name: z.string().optional(),
  plan: planSchema,
  result: resultSchema.optional(),
});
const metricsSchema = z.looseObject({
  series: z.array(
    z.looseObject({
      key: z.string(),
      rank: z.number().nullable(),
      steps: z.array(z.number()),
      values: z.array(metricValueSchema),
    }),
  ),
});

export interface RecordedRun {
  readonly id: string;
  readonly dir: string;
  readonly state: string;
  readonly exitCode: number | undefined;
  readonly name: string | undefined;
  readonly parent: string | undefined;
  readonly mlflow: string | undefined;
  /** What the program reported. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly reported: z.infer<typeof saidSchema>;
  /** Key (and ` rank n`) → step and value of each point, in the order of arrival. */
  readonly metrics: Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;
  /** Path below `artifacts` → SHA-256. */
  readonly artifacts: Readonly<Record<string, string>>;
  readonly media: readonly MediaEntry[];
  readonly warnings: readonly string[];
}

/** @param run An id, or `@1`. */
export async function recordedRun(project: CliProject, run: string): Promise<RecordedRun> {
  const shown = showSchema.parse((await project.json(['show', run, '--json'])).document);
  const { series } = metricsSchema.parse(
    (await project.json(['metrics', shown.id, '--format', 'json'])).document,
  );
  const { result } = shown;
  return {
    id: shown.id,
    dir: shown.dir,
    state: shown.state,
    exitCode: result?.exitCode,
    name: shown.name,
    parent: shown.plan.parent,
    mlflow: shown.plan.mlflow,
    parameters: Object.fromEntries(
      Object.entries(result?.reportedParameters ?? {}).map(([name, { value }]) => [name, value]),
    ),
    reported: result?.reported ?? saidSchema.parse({}),
    metrics: Object.fromEntries(
      series.map(({ key, rank, steps, values }) => [
        rank === null ? key : `${key} rank ${rank}`,
        steps.map((step, index) => [step, values[index] ?? Number.NaN] as const),
      ]),
    ),
    artifacts: await hashesBelow(join(shown.dir, 'artifacts')),
    media: await readMedia(join(shown.dir, 'media.jsonl')),
    warnings: result?.warnings ?? [],
  };
}

/** The child runs of all depths, oldest first. */
export async function recordedChildren(project: CliProject): Promise<RecordedRun[]> {
  const runs = await new RunStore(join(project.root, '.git', 'lockstep')).list();
  const children = runs.filter(run => run.parent !== undefined).reverse();
  return Promise.all(children.map(({ id }) => recordedRun(project, id)));
}

async function hashesBelow(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const hashes: [string, string][] = [];
  for (const entry of entries.filter(one => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    hashes.push([
      path.slice(folder.length + 1).replaceAll('\\', '/'),
      createHash('sha256').update(bytes).digest('hex'),
    ]);
  }
  return Object.fromEntries(hashes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function readMedia(path: string): Promise<MediaEntry[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return readMediaLines(text).map(entry => mediaEntrySchema.parse(entry));
}
