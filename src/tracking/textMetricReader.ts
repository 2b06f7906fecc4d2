/**
 * Reads the printed lines of one program in order, so that a line without a step gets the one of the `Epoch 3/10`
 * line above it, as Keras and many loops print it.
 */
import { readTextLine } from './parseTextMetrics.ts';
import type { ReportedLine } from './reportedLine.ts';
import { epochHeader } from './textStep.ts';

export class TextMetricReader {
  #epoch: number | undefined;
  #epochHasBar = false;

  /** The metrics of the next line (free of colours and launcher prefixes), if any. */
  read(line: string): ReportedLine | undefined {
    const epoch = epochHeader(line);
    if (epoch !== undefined) {
      this.#epoch = epoch;
      this.#epochHasBar = false;
      return undefined;
    }
    const found = readTextLine(line);
    if (found === undefined) return undefined;
    const { report } = found;
    if (found.bar === 'keras') return this.#placeKerasBar(report);
    if (report.step !== undefined || found.withinEpoch || this.#epoch === undefined) return report;
    return { ...report, step: this.#epoch };
  }

  /** The first bar under `Epoch 3/10` is that epoch's; one without is `evaluate()`, whose names are the same. */
  #placeKerasBar(report: ReportedLine): ReportedLine {
    if (this.#epoch !== undefined && !this.#epochHasBar) {
      this.#epochHasBar = true;
      return { ...report, step: this.#epoch };
    }
    return {
      ...report,
      metrics: report.metrics.map(({ key, value }) => ({ key: `evaluate/${key}`, value })),
    };
  }
}
