/**
 * `reported.jsonl`: what a program says about its run through a tracking library, beside metrics: parameters, tags, a
 * name, datasets, models. One line an act, appended by the supervisor before it answers; a reader merges the lines in
 * order and passes over a torn or strange one.
 */
import * as z from 'zod';
import { parameterValueSchema, type ParameterValue } from './plan.ts';

export const reportedDatasetSchema = z.looseObject({
  name: z.string(),
  digest: z.string().optional(),
  /** `training`, `validation`… as the program calls it. */
  context: z.string().optional(),
  source: z.string().optional(),
  sourceType: z.string().optional(),
});
export type ReportedDataset = z.infer<typeof reportedDatasetSchema>;

export const reportedModelSchema = z.looseObject({
  /** Unique in the run. */
  id: z.string(),
  name: z.string(),
  step: z.number().optional(),
  /** Folder that holds it, relative to the run folder, forward slashes. */
  path: z.string().optional(),
  /** Name and version under which it was registered. */
  registeredAs: z.string().optional(),
  version: z.string().optional(),
});
export type ReportedModel = z.infer<typeof reportedModelSchema>;

export const reportedLineSchema = z.looseObject({
  /** Milliseconds since the epoch. */
  at: z.number(),
  name: z.string().optional(),
  note: z.string().optional(),
  parameters: z.record(z.string(), parameterValueSchema).optional(),
  /** null takes a tag away. */
  tags: z.record(z.string(), z.string().nullable()).optional(),
  datasets: z.array(reportedDatasetSchema).optional(),
  /** A model with an id that was said before renews it. */
  models: z.array(reportedModelSchema).optional(),
  /** How many child runs it has by now. */
  childRuns: z.int().nonnegative().optional(),
  /** The state that the program gave its run itself (`finished`, `failed`, `cancelled`), or that it runs again. */
  state: z.enum(['running', 'finished', 'failed', 'cancelled']).optional(),
});
export type ReportedLine = z.input<typeof reportedLineSchema>;

/** Merged. Its tags are names with values, unlike the tags that people give. */
export const reportedSchema = z.looseObject({
  name: z.string().optional(),
  note: z.string().optional(),
  parameters: z.record(z.string(), parameterValueSchema).default({}),
  tags: z.record(z.string(), z.string()).default({}),
  datasets: z.array(reportedDatasetSchema).default([]),
  models: z.array(reportedModelSchema).default([]),
  childRuns: z.int().nonnegative().optional(),
  state: z.enum(['running', 'finished', 'failed', 'cancelled']).optional(),
});
export type Reported = z.infer<typeof reportedSchema>;

/** @param text Of `reported.jsonl`. */
export function mergeReported(text: string): Reported {
  const parameters = new Map<string, ParameterValue>();
  const tags = new Map<string, string>();
  const datasets = new Map<string, ReportedDataset>();
  const models = new Map<string, ReportedModel>();
  const said: Pick<Reported, 'name' | 'note' | 'state' | 'childRuns'> = {};
  for (const line of text.split('\n')) {
    const reported = readLine(line);
    if (reported === undefined) continue;
    if (reported.name !== undefined) said.name = reported.name;
    if (reported.note !== undefined) said.note = reported.note;
    if (reported.state !== undefined) said.state = reported.state;
    if (reported.childRuns !== undefined) said.childRuns = reported.childRuns;
    for (const [name, value] of Object.entries(reported.parameters ?? {})) parameters.set(name, value);
    for (const [name, value] of Object.entries(reported.tags ?? {}))
      if (value === null) tags.delete(name);
      else tags.set(name, value);
    for (const dataset of reported.datasets ?? [])
      datasets.set(JSON.stringify([dataset.name, dataset.digest, dataset.context]), dataset);
    for (const model of reported.models ?? []) models.set(model.id, { ...models.get(model.id), ...model });
  }
  return {
    ...said,
    parameters: Object.fromEntries(parameters),
    tags: Object.fromEntries(tags),
    datasets: [...datasets.values()],
    models: [...models.values()],
  };
}

/** One act as a line, its end included. */
export function reportedLineText(line: ReportedLine): string {
  return `${JSON.stringify(line)}\n`;
}

function readLine(text: string): z.output<typeof reportedLineSchema> | undefined {
  if (text.trim() === '') return undefined;
  try {
    return reportedLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
