/**
 * The acts that make the state of the endpoint, besides metrics: one line of `mlflow.jsonl` each. Most of them hold the
 * whole of a small thing and replace what was said of it before, so that replaying a line twice changes nothing. Names
 * and values are lists of pairs, since a name may be anything (`__proto__`, too).
 */
import * as z from 'zod';

const pairs = z.array(z.tuple([z.string(), z.string()]));
const double = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

export const experimentEventSchema = z.object({
  event: z.literal('experiment'),
  id: z.string(),
  name: z.string(),
  /** Only where the program chose it. */
  location: z.string().optional(),
  stage: z.enum(['active', 'deleted']),
  created: z.number(),
  updated: z.number(),
  tags: pairs,
});

export const runStatusSchema = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);

export const runEventSchema = z.object({
  event: z.literal('run'),
  id: z.string(),
  experiment: z.string(),
  name: z.string(),
  /** The program gave no name, so one was invented. */
  invented: z.boolean().optional(),
  user: z.string(),
  status: runStatusSchema,
  start: z.number(),
  end: z.number().optional(),
  stage: z.enum(['active', 'deleted']),
  /** Where its metrics go: the run itself, or the child run of that id. */
  place: z.union([z.literal('main'), z.object({ child: z.string() })]),
  /** A process of a distributed run: its points go to the main run under this rank. */
  rank: z.number().optional(),
  /** What asked for it, hashed: tells a request that came twice over a change of supervisor. */
  request: z.string().optional(),
});

export const datasetInputSchema = z.object({
  dataset: z.object({
    name: z.string(),
    digest: z.string(),
    source_type: z.string(),
    source: z.string(),
    schema: z.string().optional(),
    profile: z.string().optional(),
  }),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
});
export type DatasetInput = z.infer<typeof datasetInputSchema>;

export const modelOutputSchema = z.object({ model_id: z.string(), step: z.number() });

export const loggedModelEventSchema = z.object({
  event: z.literal('model'),
  id: z.string(),
  experiment: z.string(),
  name: z.string(),
  type: z.string().optional(),
  run: z.string().optional(),
  status: z.string(),
  created: z.number(),
  updated: z.number(),
  stage: z.enum(['active', 'deleted']),
  params: pairs,
  tags: pairs,
});

export const modelMetricSchema = z.object({
  key: z.string(),
  value: double,
  timestamp: z.number(),
  step: z.number(),
  run: z.string(),
  datasetName: z.string().optional(),
  datasetDigest: z.string().optional(),
});

export const registeredModelEventSchema = z.object({
  event: z.literal('registered'),
  name: z.string(),
  created: z.number(),
  updated: z.number(),
  description: z.string(),
  tags: pairs,
  /** Alias and version. */
  aliases: pairs,
  nextVersion: z.number(),
});

export const modelVersionEventSchema = z.object({
  event: z.literal('version'),
  name: z.string(),
  version: z.string(),
  created: z.number(),
  updated: z.number(),
  description: z.string(),
  stage: z.string(),
  source: z.string(),
  run: z.string(),
  runLink: z.string(),
  model: z.string().optional(),
  tags: pairs,
});

export const journalEventSchema = z.discriminatedUnion('event', [
  experimentEventSchema,
  runEventSchema,
  z.object({ event: z.literal('params'), run: z.string(), set: pairs }),
  /** null takes a tag away. */
  z.object({
    event: z.literal('tags'),
    run: z.string(),
    set: z.array(z.tuple([z.string(), z.string().nullable()])),
  }),
  z.object({
    event: z.literal('inputs'),
    run: z.string(),
    datasets: z.array(datasetInputSchema),
    models: z.array(z.string()),
  }),
  z.object({ event: z.literal('outputs'), run: z.string(), models: z.array(modelOutputSchema) }),
  loggedModelEventSchema,
  z.object({ event: z.literal('modelMetrics'), model: z.string(), metrics: z.array(modelMetricSchema) }),
  registeredModelEventSchema,
  z.object({ event: z.literal('unregistered'), name: z.string() }),
  modelVersionEventSchema,
  z.object({ event: z.literal('versionDeleted'), name: z.string(), version: z.string() }),
]);
export type JournalEvent = z.infer<typeof journalEventSchema>;
export type ExperimentEvent = z.infer<typeof experimentEventSchema>;
export type RunEvent = z.infer<typeof runEventSchema>;
export type LoggedModelEvent = z.infer<typeof loggedModelEventSchema>;
export type ModelMetric = z.infer<typeof modelMetricSchema>;
export type RegisteredModelEvent = z.infer<typeof registeredModelEventSchema>;
export type ModelVersionEvent = z.infer<typeof modelVersionEventSchema>;

/** One act as a line, its end included. */
export function journalLine(event: JournalEvent): string {
  return `${JSON.stringify(event, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )}\n`;
}

/** Undefined for a torn or strange line. */
export function readJournalLine(line: string): JournalEvent | undefined {
  try {
    return journalEventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
