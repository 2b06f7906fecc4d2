/**
 * The messages of the Reproduction Report panel: the forecast before, snapshots with a revision while the reproduction
 * runs and once it is done, and the points of the one metric that is looked at.
 */
import * as z from 'zod';
import { causeReportSchema } from '../runs/causeReport.ts';
import { determinismProbeSchema } from '../runs/determinismProbe.ts';
import { forecastSchema } from '../runs/forecast.ts';
import { verdictSchema } from '../runs/verdict.ts';
import {
  anyNumberSchema,
  decimatedSchema,
  float64Schema,
  rangeSchema,
  revisionSchema,
  runStateSchema,
} from './wire.ts';
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
  /** One line: what takes long before the command starts. Untrusted text. */
  preparing: z.string().optional(),
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

/** A reproduction of the original, this one or another. */
export const attestationSchema = z.object({
  reproductionId: z.string(),
  /** As in a verdict. */
  verdict: z.string(),
  /** It says so of the part that was asked for. */
  part: z.boolean().optional(),
  at: z.string(),
  host: z.string().optional(),
});
export type Attestation = z.infer<typeof attestationSchema>;

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
  /** All reproductions of the original that have a verdict, oldest first. */
  attestations: z.array(attestationSchema),
  /** The newest determinism probe of the original. */
  probe: determinismProbeSchema.optional(),
  /** What was tried last to find the cause of this divergence. */
  cause: causeReportSchema.optional(),
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
  /** Where noise alone may take the reproduction on this machine, as its probes have shown; around the original. */
  band: z.object({ xs: float64Schema, low: float64Schema, high: float64Schema }).optional(),
});
export type Overlay = z.infer<typeof overlaySchema>;

/** What is asked for where not the whole run is: at most one of step and time. */
export const partSchema = z.object({
  throughStep: z.number().min(1).optional(),
  forMs: z.number().positive().optional(),
  /** One of the offered checkpoints. */
  checkpoint: z.string().optional(),
});
export type Part = z.infer<typeof partSchema>;

/** The page before the run. */
export const forecastViewSchema = z.object({
  original: reportRunSchema,
  /** Absent while it is looked for. */
  forecast: forecastSchema.optional(),
  /** Why it could not be told. */
  problem: z.string().optional(),
  /** Outputs of the original that a part can start from. */
  checkpoints: z.array(z.string()),
  /** Last step that the original reached. */
  lastStep: anyNumberSchema.optional(),
  /** Of a run that somebody else shared and nobody here has agreed to: what would run. */
  unconfirmed: z
    .object({
      sharedBy: z.string(),
      facts: z.array(z.object({ name: z.string(), value: z.string() })),
    })
    .optional(),
  /** The reproduction was asked for and is about to appear. */
  starting: z.boolean(),
  probe: determinismProbeSchema.optional(),
});
export type ForecastView = z.infer<typeof forecastViewSchema>;

/** What works for the person in the background: a probe, or the search for a cause. */
export const reportTaskSchema = z.object({
  kind: z.enum(['probe', 'cause']),
  /** How far it is, in words; '' at first. */
  text: z.string(),
});
export type ReportTask = z.infer<typeof reportTaskSchema>;

/** Extension → webview. */
export const reportHostMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('open'),
    strings: reportStringsSchema,
    /**
     * What the extension needs to bring the panel back; the webview keeps it in its state without looking. Told again
     * when a forecast has become a reproduction.
     */
    origin: z.record(z.string(), z.unknown()),
  }),
  z.object({ type: z.literal('forecast'), revision: revisionSchema, forecast: forecastViewSchema }),
  z.object({ type: z.literal('report'), revision: revisionSchema, report: reportSnapshotSchema }),
  z.object({ type: z.literal('overlay'), revision: revisionSchema, overlay: overlaySchema }),
  z.object({ type: z.literal('task'), task: reportTaskSchema.nullable() }),
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
  'export',
  'findCause',
  'probe',
  'cancel',
  'stopEarly',
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
  z.object({ type: z.literal('reproduce'), part: partSchema }),
  /** What is here may have changed: look again. */
  z.object({ type: z.literal('checkAgain') }),
  z.object({ type: z.literal('cancelTask') }),
  z.object({ type: z.literal('action'), action: z.enum(reportActions) }),
  z.object({ type: z.literal('failure'), message: z.string() }),
]);
export type ReportPanelMessage = z.infer<typeof reportPanelMessageSchema>;
