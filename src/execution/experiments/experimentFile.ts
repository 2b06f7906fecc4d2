/**
 * `lockstep.yaml`: named experiments and the rules by which their reproductions are judged. The file is optional and
 * written by people, so every name is checked and nothing unknown is let through silently.
 */
import * as z from 'zod';
import { trackingRulesSchema } from '../../tracking/trackingRules.ts';

const toleranceSchema = z
  .union([
    z.strictObject({
      rtol: z.number().nonnegative().default(0).describe('Allowed difference relative to the original.'),
      atol: z.number().nonnegative().default(0).describe('Allowed absolute difference.'),
    }),
    z
      .enum(['exact', 'integer', 'float64', 'float32', 'bfloat16', 'float16'])
      .describe('The usual tolerance of one operation in this data type.'),
  ])
  .describe('How far a metric may be from the original and still count as the same.');
export type ToleranceRule = z.infer<typeof toleranceSchema>;

const tolerancesSchema = z
  .record(z.string(), toleranceSchema)
  .describe('By metric name or pattern (*, ?), the last that matches counts.');

const volatileSchema = z
  .strictObject({
    metrics: z.array(z.string()).default([]).describe('Metric names or patterns; !pattern counts again.'),
    outputs: z.array(z.string()).default([]).describe('Paths or patterns; !pattern counts again.'),
  })
  .describe('What is shown and never counted in a verdict, beside times, speeds, hardware and logs.');

const resumeSchema = z
  .array(z.string())
  .min(1)
  .refine(words => words.some(word => word.includes('{checkpoint}')), 'One word must hold {checkpoint}.')
  .describe(
    'Words added to the command so that it goes on from a checkpoint; {checkpoint} stands for its path, relative to the folder that the command runs in.',
  );

const parameterValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const experimentSchema = z.strictObject({
  description: z.string().optional(),
  command: z
    .union([z.string().min(1), z.array(z.union([z.string(), z.number()])).min(1)])
    .describe(
      'The command: a list of words, or a text that is split into words as a shell would (no shell runs it). ${name} stands for a parameter.',
    ),
  cwd: z.string().optional().describe('Folder to run in, relative to the repository.'),
  params: z
    .record(z.string(), parameterValueSchema)
    .default({})
    .describe('Parameters. Those that the command does not name as ${name} are added as --name value.'),
  inputs: z.array(z.string()).default([]).describe('Files and folders that the run reads.'),
  outputs: z.array(z.string()).default([]).describe('Files and folders that the run writes.'),
  pinOutputs: z
    .union([z.boolean(), z.array(z.string())])
    .optional()
    .describe('Outputs to pin as data when a run has finished: true for all of them, or paths.'),
  tags: z.array(z.string()).default([]),
  tolerances: tolerancesSchema.default({}),
  volatile: volatileSchema.optional(),
  resume: resumeSchema.optional(),
  metricLines: z
    .boolean()
    .optional()
    .describe('Whether printed `key: value` lines become metrics; over what the file says for every run.'),
  metrics: trackingRulesSchema
    .optional()
    .describe('Where metrics are read from, beside what is found by itself.'),
});
export type Experiment = z.infer<typeof experimentSchema>;

export const experimentFileSchema = z.strictObject({
  experiments: z.record(z.string().regex(/^[^@\s/-][^\s/]*$/), experimentSchema).default({}),
  tolerances: tolerancesSchema.default({}).describe('For every run of this repository.'),
  volatile: volatileSchema.optional().describe('For every run of this repository.'),
  resume: resumeSchema.optional().describe('For every run of this repository.'),
  metricLines: z
    .boolean()
    .optional()
    .describe(
      'Whether printed `key: value` lines become metrics, for every run of this repository that has no answer of its own.',
    ),
  metrics: trackingRulesSchema.optional().describe('For every run of this repository.'),
});
export type ExperimentFile = z.infer<typeof experimentFileSchema>;

/** The name of the file, in the root of the repository. */
export const experimentFileName = 'lockstep.yaml';
