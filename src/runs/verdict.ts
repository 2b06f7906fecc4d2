/**
 * `verdicts/<reproduction id>.json` in the folder of the original run, written by the reproduction's supervisor:
 * the graded outcome. Also the body of `lockstep reproduce --json`.
 */
import * as z from 'zod';
import { runIdSchema } from './plan.ts';
import { metricValueSchema } from './result.ts';

export const verdictWordSchema = z.enum(['identical', 'within-tolerance', 'diverged', 'inconclusive']);
export type VerdictWord = z.infer<typeof verdictWordSchema>;

export const metricVerdictSchema = z.looseObject({
  key: z.string(),
  verdict: verdictWordSchema,
  /** Volatile metrics are shown, never counted. */
  volatile: z.boolean(),
  /** Steps present in both. */
  comparedPoints: z.int().nonnegative(),
  firstDifferingStep: z.number().optional(),
  /** max |a-b| / |original| over common steps; absent when nothing differs or nothing compares. */
  maxRelativeDifference: metricValueSchema.optional(),
  maxAbsoluteDifference: metricValueSchema.optional(),
  originalLast: metricValueSchema.optional(),
  reproducedLast: metricValueSchema.optional(),
  missingSteps: z.int().nonnegative().default(0),
  extraSteps: z.int().nonnegative().default(0),
  /** What decided between `within-tolerance` and `diverged`, absent when every point is equal. */
  toleranceFrom: z.enum(['command', 'experiment', 'noise-band', 'data-type']).or(z.string()).optional(),
  sentence: z.string().optional(),
});
export type MetricVerdict = z.infer<typeof metricVerdictSchema>;

export const outputVerdictSchema = z.looseObject({
  path: z.string(),
  verdict: verdictWordSchema,
  volatile: z.boolean(),
  originalSha256: z.string().optional(),
  reproducedSha256: z.string().optional(),
  /** Where the format is known: its tensors (arrays) one by one, whatever the file around them says. */
  tensors: z
    .looseObject({
      format: z.enum(['safetensors', 'npz', 'npy']).or(z.string()),
      compared: z.int().nonnegative(),
      /** Names of those that are not equal bit by bit, at most 20. */
      differing: z.array(z.string()),
      maxRelativeDifference: metricValueSchema.optional(),
    })
    .optional(),
  sentence: z.string().optional(),
});
export type OutputVerdict = z.infer<typeof outputVerdictSchema>;

export const ingredientNameSchema = z.enum([
  'code',
  'data',
  'parameters',
  'environment',
  'hardware',
  'determinism',
]);
export type IngredientName = z.infer<typeof ingredientNameSchema>;

export const ingredientSchema = z.looseObject({
  name: ingredientNameSchema,
  status: z.enum(['same', 'differs', 'unknown']),
  /** One line each, as shown in the report: "numpy 1.26.4 → 2.0.1". */
  original: z.string(),
  now: z.string(),
  differences: z.array(z.string()),
});
export type Ingredient = z.infer<typeof ingredientSchema>;

/** The first operation of two recordings whose tensors differ. */
export const differingOperationSchema = z.looseObject({
  /** As the framework names it: `aten::mm`. */
  name: z.string(),
  /** Of the program; relative to the repository where below it. */
  file: z.string().optional(),
  line: z.int().optional(),
  /** What the original computed at this place, where that was another operation. */
  instead: z.string().optional(),
  /** How many steps optimizers had made before it; absent where the program has none. */
  afterSteps: z.int().optional(),
  /** Place in the recording, from 0. */
  index: z.int(),
});
export type DifferingOperation = z.infer<typeof differingOperationSchema>;

export const verdictSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  verdict: verdictWordSchema,
  runId: runIdSchema,
  reproductionId: runIdSchema,
  at: z.string(),
  host: z.string().optional(),
  durationMs: z.number().optional(),
  /** Who brought it here, where it was fetched, '' where nobody is named. From brought.json: no verdict says so itself. */
  broughtBy: z.string().optional(),
  /** The first sentence of the report. */
  sentence: z.string(),
  metrics: z.array(metricVerdictSchema),
  outputs: z.array(outputVerdictSchema),
  ingredients: z.array(ingredientSchema),
  /** Why it is not identical, in plain words; null when it is. */
  cause: z.string().nullable(),
  /** What capped the verdict below identical: "rebuilt environment", "unverified input data.csv". */
  caps: z.array(z.string()),
  /** Where the counted metrics part, and how: absent when they do not. */
  divergence: z
    .looseObject({
      key: z.string(),
      step: z.number(),
      relative: metricValueSchema.optional(),
      shape: z.enum(['from-the-start', 'growing', 'sudden', 'final-only', 'unclear']).or(z.string()),
    })
    .optional(),
  /** Where both runs recorded their operations. */
  operation: differingOperationSchema.optional(),
  /** Of all reproductions so far, this one included, from three on. */
  statistics: z
    .looseObject({
      reproductions: z.int(),
      metrics: z.array(
        z.looseObject({
          key: z.string(),
          original: metricValueSchema,
          mean: metricValueSchema,
          /** Where one more value is expected with 95 % probability. */
          low: metricValueSchema,
          high: metricValueSchema,
          inside: z.boolean(),
        }),
      ),
      sentence: z.string(),
    })
    .optional(),
  /** What is to be known of the rules that it was judged by, a sentence each. */
  notes: z.array(z.string()).optional(),
  /** The part that was asked for. */
  part: z
    .looseObject({
      fromStep: z.number().optional(),
      throughStep: z.number().optional(),
      /** Of `--for`: then the last step is where the time was over. */
      forMs: z.number().optional(),
    })
    .optional(),
  /** The determinism probe that the noise bands came from. */
  probeId: z.string().optional(),
  /** Where no probe was made: the earlier reproductions that the noise bands were learnt from, oldest first. */
  learntFrom: z.array(runIdSchema).optional(),
  /** How the workspace fared; absent in verdicts of earlier versions. */
  workspace: z
    .looseObject({
      /** What kept it as it is: the system's mounts, Python's own hook (for Python programs alone), a container. */
      readOnlyBy: z.enum(['system', 'python', 'container']).or(z.string()).optional(),
      /** What the reproduction changed there or of its inputs, or tried to. Absolute paths. */
      touched: z.array(
        z.looseObject({
          path: z.string(),
          how: z.enum(['refused', 'overwritten', 'deleted', 'written']).or(z.string()),
          /** Outside the workspace: a file that the original read. */
          isInput: z.boolean().optional(),
        }),
      ),
      /** Names of variables that led there, and led into the private checkout instead. */
      moved: z.array(z.string()),
    })
    .optional(),
  /** Code that was loaded from outside the private checkout. */
  escapedModules: z.array(z.looseObject({ module: z.string(), path: z.string() })).default([]),
});
export type Verdict = z.infer<typeof verdictSchema>;
