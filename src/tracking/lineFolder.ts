/**
 * Turns the growing bytes of one source (a log, or the file named by LOCKSTEP_METRICS) into metric points. It never
 * holds more than one line, survives anything (binary, endless lines, half characters), and tells the offset up to
 * which everything has become points: what the metric log stores beside them, so that nothing is lost or counted twice.
 */
import type { MetricPoint } from '../runs/metricSeries.ts';
import type { ParameterValue } from '../runs/plan.ts';
import { splitLauncherPrefix } from './launcherPrefix.ts';
import { gluedObjects } from './gluedObjects.ts';
import { parseReportedLine } from './parseReportedLine.ts';
import type { ReportedLine } from './reportedLine.ts';
import { terminalText } from './terminalText.ts';
import { TextMetricReader } from './textMetricReader.ts';

/** The sources of a run, as the metric log names them. Standard output is read twice: text may be asked for late. */
export const metricSources = {
  childMetrics: 'child-metrics',
  stdoutReports: 'stdout',
  stdoutText: 'stdout-text',
} as const;
export type MetricSource = (typeof metricSources)[keyof typeof metricSources];

export interface LineFolderOptions {
  readonly source: MetricSource;
  /** Bytes of the source that were folded before. Default 0. */
  readonly offset?: number;
  /** The byte before `offset` is no line end: what is left of that line is skipped. */
  readonly midLine?: boolean;
  /** Of the process, when its launcher's variables say so; a rank in the line itself wins. */
  readonly rank?: number;
  /** How many points a series has already; the next step of lines that do not say theirs. Default: none. */
  readonly countOf?: (key: string, rank: number | undefined) => number;
  /** Called for every line that reports something. */
  readonly onReport?: (report: ReportedLine) => void;
}

export interface FoldedLines {
  readonly points: readonly MetricPoint[];
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** A line longer than this holds no metrics: 16 MiB. */
const longestLine = 16 * 1024 * 1024;
const mostSeries = 20_000;
const newline = 0x0a;
const carriageReturn = 0x0d;

export class LineFolder {
  readonly source: MetricSource;
  #consumed: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #skipping: boolean;
  readonly #text: TextMetricReader | undefined;
  readonly #counts = new Map<string, number>();
  readonly #rank: number | undefined;
  readonly #countOf: (key: string, rank: number | undefined) => number;

  readonly #onReport: ((report: ReportedLine) => void) | undefined;

  constructor(options: LineFolderOptions) {
    this.source = options.source;
    this.#consumed = options.offset ?? 0;
    this.#skipping = options.midLine ?? false;
    this.#rank = options.rank;
    this.#countOf = options.countOf ?? (() => 0);
    this.#onReport = options.onReport;
    this.#text = options.source === metricSources.stdoutText ? new TextMetricReader() : undefined;
  }

  /** Everything before this offset is folded; store it together with the points, then nothing is lost. */
  get offset(): number {
    return this.#consumed;
  }

  /** Lines from before {@link offset} that only set the scene (`Epoch 3/10`): nothing of them is counted. */
  prime(bytes: Uint8Array): void {
    if (this.#text === undefined) return;
    for (const line of Buffer.from(bytes).toString('utf8').split('\n'))
      this.#text.read(this.#clean(line).rest);
  }

  /** The points of all lines that `bytes`, the next bytes of the source, complete. `time` is when they were read. */
  push(bytes: Uint8Array, time: number): FoldedLines {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const folded = new Folding();
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end < 0) break;
      this.#line(chunk.subarray(start, end), folded, time);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return folded;
  }

  /** The last line, when the source has ended without a line end. */
  end(time: number): FoldedLines {
    const folded = new Folding();
    if (this.#pendingBytes > 0 || this.#skipping) this.#line(Buffer.alloc(0), folded, time, 0);
    return folded;
  }

  #line(tail: Buffer, folded: Folding, time: number, lineEnd = 1): void {
    const line = this.#pending.length === 0 ? tail : Buffer.concat([...this.#pending, tail]);
    this.#consumed += line.length + lineEnd;
    this.#pending = [];
    this.#pendingBytes = 0;
    const skip = this.#skipping || line.length > longestLine;
    this.#skipping = false;
    if (skip || line.length < 3) return;
    for (const report of this.#read(line)) this.#fold(report, folded, time);
  }

  /** Holds an unfinished line back, but of a bar that redraws itself only the newest state. */
  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    if (this.#pending.at(-1)?.at(-1) === carriageReturn) this.#drop(0);
    // A return at the very end may be half of a line end; before that it starts the line over.
    const redrawn = rest.lastIndexOf(carriageReturn, -2);
    if (redrawn >= 0 && rest.length > 1) {
      this.#drop(redrawn + 1);
      rest = rest.subarray(redrawn + 1);
    }
    if (this.#skipping || this.#pendingBytes + rest.length > longestLine) {
      this.#drop(rest.length);
      this.#skipping = true;
      return;
    }
    this.#pending.push(Buffer.from(rest));
    this.#pendingBytes += rest.length;
  }

  /** Leaves out what is held back and `more` bytes after it. */
  #drop(more: number): void {
    this.#consumed += this.#pendingBytes + more;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#skipping = false;
  }

  #read(line: Buffer): readonly ReportedLine[] {
    if (this.#text === undefined && !line.includes(0x7b)) return [];
    const { rank, rest } = this.#clean(line.toString('utf8'));
    const declared = this.source === metricSources.childMetrics;
    const reports =
      this.#text === undefined
        ? gluedObjects(rest).map(object => parseReportedLine(object, { declared }))
        : [this.#text.read(rest)];
    return reports
      .filter(report => report !== undefined)
      .map(report => (report.rank !== undefined || rank === undefined ? report : { ...report, rank }));
  }

  #clean(line: string): { readonly rank?: number; readonly rest: string } {
    return splitLauncherPrefix(terminalText(line));
  }

  #fold(report: ReportedLine, folded: Folding, time: number): void {
    this.#onReport?.(report);
    const rank = report.rank ?? this.#rank;
    for (const { key, value } of report.metrics) {
      const series = `${rank ?? ''}\u0000${key}`;
      const count = this.#counts.get(series) ?? this.#countOf(key, rank);
      if (count === 0 && this.#counts.size >= mostSeries) continue;
      this.#counts.set(series, count + 1);
      folded.points.push({
        key,
        ...(rank === undefined ? {} : { rank }),
        step: report.step ?? count,
        time: report.time ?? time,
        value,
      });
    }
    for (const [name, value] of Object.entries(report.parameters)) folded.parameters[name] = value;
  }
}

class Folding implements FoldedLines {
  readonly points: MetricPoint[] = [];
  readonly parameters: Record<string, ParameterValue> = {};
}
