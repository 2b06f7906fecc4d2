/** What the commands need of the panels: opened with the first use, so that their code is not loaded before. */
import type { RunReference } from './worker/engineRequests.ts';
import type { RunRow } from './worker/runsView.ts';

export interface RunPanels {
  /** Charts of these runs, in the open panel or a new one. */
  showMetrics(rows: readonly RunRow[]): Promise<void>;
  showRuns(runs: readonly RunReference[]): Promise<void>;
  /** The forecast of a reproduction. Where it stands open and can be started, that starts it: a second click. */
  showForecast(run: RunReference): Promise<void>;
  /** The report of a reproduction, live while it runs. */
  showReport(report: {
    readonly store: string;
    readonly original: string;
    readonly reproduction: string;
  }): Promise<void>;
  /** Images, texts, histograms and tables of this run. */
  showMedia(run: RunReference): Promise<void>;
}
