/**
 * The messages of the Metric Charts panel. The extension sends whole snapshots with a revision, never deltas. The
 * webview says what it is looking at (`watch`) and is then sent the points of those charts whenever they change,
 * already reduced to its pixels; it confirms what it has drawn, and the next points wait for that.
 */
import * as z from 'zod';
import { xAxes } from '../series/chartSeries.ts';
import { restartViews } from '../series/restarts.ts';
import { anyNumberSchema, decimatedSchema, rangeSchema, revisionSchema, runStateSchema } from './wire.ts';
import { chartsStringsSchema } from './chartsStrings.ts';

export const chartRunSchema = z.object({
  id: z.string(),
  /** Name, or what tells the run from its neighbours. Untrusted text. */
  label: z.string(),
  state: runStateSchema,
  /** Place in the panel's palette of colour, marker and dash; the extension remembers it per run id. */
  slot: z.int().nonnegative(),
});
export type ChartRun = z.infer<typeof chartRunSchema>;

export const chartMetricSchema = z.object({
  /** Untrusted text of any length; `/` separates the group. */
  key: z.string(),
  /** Ranks that reported it, ascending; empty when it has no ranks. */
  ranks: z.array(z.number()),
});
export type ChartMetric = z.infer<typeof chartMetricSchema>;

export const chartsViewSchema = z.object({
  x: z.enum(xAxes),
  /** Weight of the moving average, [0, 1). */
  smoothing: z.number().min(0).max(0.999),
  log: z.boolean(),
  /** Regular expression over metric keys, as typed. */
  filter: z.string(),
  columns: z.int().min(1).max(6),
  hiddenRuns: z.array(z.string()),
  collapsedGroups: z.array(z.string()),
  /** Rank shown of metrics that several ranks report; null: all. */
  rank: z.number().nullable(),
  /** What is shown of a run that logged steps again after a restart. */
  restarts: z.enum(restartViews),
});
export type ChartsView = z.infer<typeof chartsViewSchema>;

export const drawnSeriesSchema = z.object({
  runId: z.string(),
  rank: z.number().nullable(),
  raw: decimatedSchema,
  smooth: decimatedSchema.optional(),
  /** Of all points in the chosen axis, whatever is visible. */
  xRange: rangeSchema.optional(),
  count: z.int().nonnegative(),
  lastStep: anyNumberSchema,
  lastValue: anyNumberSchema,
  valueRange: rangeSchema.optional(),
  /** Steps repeat or go back in this series. */
  reordered: z.boolean(),
  /** How often the program went back in its steps; 0 on the time axes, which keep their order. */
  restarts: z.int().nonnegative(),
  /** Which part this is, from 0, where each is a line of its own. */
  part: z.int().nonnegative().optional(),
});
export type DrawnSeries = z.infer<typeof drawnSeriesSchema>;

export const chartPointsSchema = z.object({
  key: z.string(),
  /** Echo of {@link watchedChartSchema}: points for a range that was left meanwhile are recognised. */
  range: rangeSchema.optional(),
  series: z.array(drawnSeriesSchema),
});
export type ChartPoints = z.infer<typeof chartPointsSchema>;

/** Extension → webview. */
export const chartsHostMessageSchema = z.discriminatedUnion('type', [
  /** First message, answer to `ready`. */
  z.object({
    type: z.literal('open'),
    strings: chartsStringsSchema,
    view: chartsViewSchema.partial(),
  }),
  /** Which runs and metrics there are. */
  z.object({
    type: z.literal('catalogue'),
    revision: revisionSchema,
    runs: z.array(chartRunSchema),
    metrics: z.array(chartMetricSchema),
    /** Run ids that were asked for and are gone. */
    missing: z.array(z.string()),
    /** What the extension needs to bring the panel back; the webview keeps it in its state without looking. */
    origin: z.record(z.string(), z.unknown()),
  }),
  /** Points of watched charts; charts that did not change are left out. */
  z.object({
    type: z.literal('points'),
    revision: revisionSchema,
    x: z.enum(xAxes),
    smoothing: z.number(),
    charts: z.array(chartPointsSchema),
  }),
  /** Something failed that the person should know; null takes it away. */
  z.object({ type: z.literal('problem'), message: z.string().nullable() }),
]);
export type ChartsHostMessage = z.infer<typeof chartsHostMessageSchema>;

export const watchedChartSchema = z.object({
  key: z.string(),
  /** Visible x range; absent: everything, following new points. */
  range: rangeSchema.optional(),
  /** Device pixels of the plot. */
  width: z.int().min(1).max(16_384),
});
export type WatchedChart = z.infer<typeof watchedChartSchema>;

/** Webview → extension. */
export const chartsPanelMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** What is visible now; takes the place of the former one. */
  z.object({
    type: z.literal('watch'),
    x: z.enum(xAxes),
    smoothing: z.number().min(0).max(0.999),
    rank: z.number().nullable(),
    restarts: z.enum(restartViews),
    charts: z.array(watchedChartSchema),
  }),
  /** The points of this revision are on the screen. */
  z.object({ type: z.literal('drawn'), revision: revisionSchema }),
  /** The person changed the view: remembered for the next panel. */
  z.object({ type: z.literal('viewChanged'), view: chartsViewSchema }),
  z.object({ type: z.literal('exportCsv'), keys: z.array(z.string()), runs: z.array(z.string()) }),
  /** A picture of one chart, base64 without prefix. */
  z.object({ type: z.literal('exportPng'), key: z.string(), png: z.base64() }),
  z.object({ type: z.literal('addRuns') }),
  /** A failure inside the webview, for the log. */
  z.object({ type: z.literal('failure'), message: z.string() }),
]);
export type ChartsPanelMessage = z.infer<typeof chartsPanelMessageSchema>;
