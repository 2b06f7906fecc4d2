/** `result.json`: what came out. Written once, at the end, also when the preparation failed. */
import * as z from 'zod';
import { reachedPartSchema } from './annotation.ts';
import { fileUseSchema } from './captured.ts';
import { parameterSchema, pinnedPathSchema } from './plan.ts';
import { reportedSchema } from './reported.ts';

/** A number that may be NaN or infinite, which JSON cannot say: then the text `NaN`, `Infinity` or `-Infinity`. */
export const metricValueSchema = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform(text => Number(text)),
]);

/** How {@link metricValueSchema} is written: JSON.stringify would turn NaN into null. */
export function metricValueToJson(value: number): z.input<typeof metricValueSchema> {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** Over the finite and infinite values of a series; NaN counts but is never the minimum or maximum. */
export const metricSummarySchema = z.looseObject({
  last: metricValueSchema,
  lastStep: z.number(),
  min: metricValueSchema,
  max: metricValueSchema,
  count: z.int().positive(),
});
export type MetricSummary = z.infer<typeof metricSummarySchema>;

export const endStateSchema = z.enum(['finished', 'failed', 'cancelled']);
export type EndState = z.infer<typeof endStateSchema>;

export const madeLinkSchema = z.looseObject({
  /** As of an output. */
  path: z.string(),
  /** Relative to the root where below it, else as the link has it. */
  target: z.string(),
});
export type MadeLink = z.infer<typeof madeLinkSchema>;

export const resultSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  state: endStateSchema,
  /** Of the command; absent when a signal ended it or it never started. */
  exitCode: z.int().optional(),
  signal: z.string().optional(),
  /** ISO 8601, UTC; absent when the command never started. */
  startedAt: z.string().optional(),
  endedAt: z.string(),
  /** By the monotonic clock, milliseconds. */
  durationMs: z.number().nonnegative().optional(),
  /** Why it failed, one line: our own failure, or the last line of a traceback. */
  failure: z
    .looseObject({
      code: z.string(),
      message: z.string(),
      mend: z.string().optional(),
      /** Exception type of a traceback, for "the same failure". */
      exceptionType: z.string().optional(),
    })
    .optional(),
  outputs: z.array(fileUseSchema),
  /**
   * Files of the run folder, relative to it, in which a secret of the command stood at the end. Absent where the command
   * has none, and where nobody could look: its supervisor was killed, or an earlier version wrote this.
   */
  secretsIn: z.array(z.string()).optional(),
  /** Outputs that were pinned at the end: versions in the data cache that this run made. */
  pinned: z.array(pinnedPathSchema).optional(),
  /** Parameters that the script reported itself. */
  reportedParameters: z.record(z.string(), parameterSchema).default({}),
  /** What else it said through a tracking library; its parameters stand above. */
  reported: reportedSchema.omit({ parameters: true }).optional(),
  /** Metric key → summary, rank 0 (or without rank) only. */
  metrics: z.record(z.string(), metricSummarySchema),
  /** Files of the snapshot were changed while it ran, and not by the run itself; absent when not checked. */
  codeChangedDuringRun: z.boolean().optional(),
  /** Which files, at most a hundred. */
  codeChangedFiles: z.array(z.string()).optional(),
  /** Those of them that it read after they had been changed, or changed back since; at most a hundred. */
  changedBeforeUse: z.array(z.string()).optional(),
  /** Those of them that it is known not to have read after they had been changed. */
  changedAfterUse: z.array(z.string()).optional(),
  /** Folders that it made for its outputs, the topmost ones, paths as of outputs. Absent in records that do not tell. */
  madeFolders: z.array(z.string()).optional(),
  /** Symbolic links that its Python programs made. Absent where there are none, and in records that do not tell. */
  links: z.array(madeLinkSchema).optional(),
  /** Source files that changed while it ran and that no process of the run wrote, at most a hundred. */
  changedMeanwhile: z.array(z.string()).optional(),
  /** Of a reproduction that was ended because the part that was asked for was there; its state is `cancelled`. */
  reached: reachedPartSchema.optional(),
  /** Descendants that were still alive when the command itself ended. */
  detachedProcesses: z.int().nonnegative().optional(),
  /** Their names, at most a hundred. */
  detachedNames: z.array(z.string()).optional(),
  /** What went wrong beside the run without ending it: disk full for the log, a metrics line too long… */
  warnings: z.array(z.string()).default([]),
});
export type Result = z.infer<typeof resultSchema>;
/** As it is written: NaN and infinities as text, fields with a default may be left out. */
export type ResultInput = z.input<typeof resultSchema>;
