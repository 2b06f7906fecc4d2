/** Requests of the panels: charts of runs, and the report of a reproduction. Plain data; part of EngineRequests. */
import type { ChartMetric, ChartPoints, ChartRun, WatchedChart } from '../../protocol/chartsProtocol.ts';
import type { Overlay, ReportSnapshot } from '../../protocol/reportProtocol.ts';
import type { XAxis } from '../../series/chartSeries.ts';
import type { RestartView } from '../../series/restarts.ts';
import type { Request } from '../thread/threadMessages.ts';

export interface ChartCatalogue {
  /** In the order asked for. */
  readonly runs: readonly Omit<ChartRun, 'slot'>[];
  readonly metrics: readonly ChartMetric[];
  /** Asked for and gone. */
  readonly missing: readonly string[];
}

export interface ReproductionReference {
  readonly store: string;
  /** Full ids. */
  readonly original: string;
  readonly reproduction: string;
}

export interface PanelRequests {
  chartCatalogue: Request<{ readonly store: string; readonly ids: readonly string[] }, ChartCatalogue>;
  /** Points of these charts, reduced to their pixels. */
  chartPoints: Request<
    {
      readonly store: string;
      readonly ids: readonly string[];
      readonly x: XAxis;
      readonly smoothing: number;
      /** null: all ranks. */
      readonly rank: number | null;
      readonly restarts: RestartView;
      readonly charts: readonly WatchedChart[];
    },
    readonly ChartPoints[]
  >;
  /** All points of these metrics as CSV, UTF-8: run, metric, rank, step, time, value. */
  metricsCsv: Request<
    { readonly store: string; readonly ids: readonly string[]; readonly keys: readonly string[] },
    Uint8Array
  >;
  /** Throws `run-not-found`. */
  reproductionReport: Request<ReproductionReference, ReportSnapshot>;
  /** One metric of original and reproduction, laid over each other. */
  reproductionOverlay: Request<
    ReproductionReference & {
      readonly key: string;
      readonly range?: readonly [number, number] | undefined;
      /** Device pixels. */
      readonly width: number;
    },
    Overlay
  >;
}
