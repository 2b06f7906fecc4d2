/**
 * The messages of the Reproduction Report panel: snapshots with a revision while the reproduction runs and once it
 * is done, and the points of the one metric that is looked at.
 */
import * as z from 'zod';
import { verdictSchema } from '../runs/verdict.ts';
import { anyNumberSchema, decimatedSchema, rangeSchema, revisionSchema, runStateSchema } from './wire.ts';
import { reportStringsSchema } from './reportStrings.ts';

/** The parts of a reproduction, in the order they happen. */
export const reportSteps = ['checkout', 'run', 'compare'] as const;

export const reportRunSchema = z.object({
  id: z.string(),
  /** Untrusted text. */
  label: z.string(),
  state: runStateSchema,
  command: z.string(),
  createdAt: z.string(),
  durationMs: z.number().optional(),
  host: z.string().optional(),
  /** One line: why it failed. */
  failure: z.string().optional(),
});
export type ReportRun = z.infer<typeof reportRunSchema>;

/** Comparison of the points that both runs have so far. */
export const liveMetricSchema = z.object({
  key: z.string(),
  /** Times, speeds, hardware: shown, never counted. */
  volatile: z.boolean(),
  comparedPoints: z.int().nonnegative(),
  originalPoints: z.int().nonnegative(),
  reproducedPoints: z.int().nonnegative(),
  identicalThrough: z.number().optional(),
  firstDifferingStep: z.number().optional(),
  maxRelativeDifference: anyNumberSchema.optional(),
  originalLast: anyNumberSchema.optional(),
  reproducedLast: anyNumberSchema.optional(),
});
export type LiveMetric = z.infer<typeof liveMetricSchema>;

export const reportSnapshotSchema = z.object({
  original: reportRunSchema,
  reproduction: reportRunSchema,
  steps: z.array(
    z.object({ name: z.enum(reportSteps), state: z.enum(['waiting', 'active', 'done', 'failed']) }),
  ),
  /** Absent while the reproduction runs, or when it ended without one. */
  verdict: verdictSchema.optional(),
  /** All metrics, those of a verdict in its order. */
  live: z.array(liveMetricSchema),
});
export type ReportSnapshot = z.infer<typeof reportSnapshotSchema>;

export const overlaySchema = z.object({
  key: z.string(),
  range: rangeSchema.optional(),
  xRange: rangeSchema.optional(),
  original: decimatedSchema,
  reproduction: decimatedSchema,
  /** Relative difference per common step, 0 where equal, Infinity where it is no ratio; reduced keeping the largest. */
  difference: decimatedSchema,
  comparedPoints: z.int().nonnegative(),
  first: z
    .object({
      step: z.number(),
      original: anyNumberSchema,
      now: anyNumberSchema,
      relative: anyNumberSchema,
    })
    .optional(),
  lastStep: anyNumberSchema,
});
export type Overlay = z.infer<typeof overlaySchema>;

/** Extension → webview. */
export const reportHostMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('open'),
    strings: reportStringsSchema,
    /** What the extension needs to bring the panel back; the webview keeps it in its state without looking. */
    origin: z.record(z.string(), z.unknown()),
  }),
  z.object({ type: z.literal('report'), revision: revisionSchema, report: reportSnapshotSchema }),
  z.object({ type: z.literal('overlay'), revision: revisionSchema, overlay: overlaySchema }),
  /** The runs cannot be shown: removed, or unreadable. */
  z.object({ type: z.literal('problem'), message: z.string().nullable() }),
]);
export type ReportHostMessage = z.infer<typeof reportHostMessageSchema>;

export const reportActions = [
  'showLog',
  'showOriginalLog',
  'showCodeChanges',
  'compare',
  'copyForPullRequest',
  'cancel',
  'reproduceAgain',
] as const;
export type ReportAction = (typeof reportActions)[number];

/** Webview → extension. */
export const reportPanelMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('watch'),
    key: z.string(),
    range: rangeSchema.optional(),
    width: z.int().min(1).max(16_384),
  }),
  z.object({ type: z.literal('drawn'), revision: revisionSchema }),
  z.object({ type: z.literal('action'), action: z.enum(reportActions) }),
  z.object({ type: z.literal('failure'), message: z.string() }),
]);
export type ReportPanelMessage = z.infer<typeof reportPanelMessageSchema>;
