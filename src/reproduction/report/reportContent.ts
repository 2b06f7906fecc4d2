/** What a report is made of: the verdict, what trials showed of its cause, and the curves. */
import type { CauseReport } from '../../runs/causeReport.ts';
import type { Verdict } from '../../runs/verdict.ts';
import type { OverlaidSeries } from '../../series/overlaySeries.ts';
import type { NoiseArea } from './noiseOverlay.ts';

export interface ReportContent {
  readonly verdict: Verdict;
  /** Name of the original, or its command. Untrusted text, as everything in the verdict is. */
  readonly label: string;
  readonly command?: string | undefined;
  /** Where it was reproduced. */
  readonly host?: string | undefined;
  readonly durationMs?: number | undefined;
  /** The newest about this reproduction. */
  readonly cause?: CauseReport | undefined;
  /** Counted metrics, the worst first. For the HTML report. */
  readonly charts?: readonly ReportChart[];
}

export interface ReportChart {
  readonly key: string;
  readonly overlay: OverlaidSeries;
  /** Where noise alone may take the reproduction. */
  readonly band?: NoiseArea | undefined;
}
