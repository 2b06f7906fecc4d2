/**
 * Reads printed lines by the regular expressions of `lockstep.yaml`. No expression can hold up its reader: lines of
 * more than 8,192 characters are passed over (what people print for each other is shorter, and the time of a bad
 * expression grows with the length), and one that takes a quarter of a second for one line, three times, is given up.
 * Three times, because a machine that sleeps or swaps makes any expression slow once.
 */
import type { MetricPoint } from '../runs/metricSeries.ts';
import { ByteLines } from './files/byteLines.ts';
import { ContentBuilder } from './files/contentBuilder.ts';
import { splitLauncherPrefix } from './launcherPrefix.ts';
import { limitTime } from './limitTime.ts';
import { compilePattern, matchPattern } from './metricPattern.ts';
import type { ReportedLine } from './reportedLine.ts';
import type { AppendedReader, SourceContent } from './sourceReader.ts';
import { terminalText } from './terminalText.ts';

export interface PatternReaderOptions {
  readonly patterns: readonly string[];
  /** Milliseconds that one line may take. Default 250. */
  readonly lineLimitMs?: number;
}

const longestLine = 8_192;
const mostStrikes = 3;
const mostSeries = 20_000;

interface Pattern {
  readonly text: string;
  readonly form: RegExp;
  strikes: number;
}

interface Line {
  readonly text: string;
  readonly rank: number | undefined;
}

export class PatternReader implements AppendedReader {
  readonly dead = false;
  readonly #lineLimitMs: number;
  readonly #found = new ContentBuilder();
  readonly #counts = new Map<string, number>();
  readonly #lines: ByteLines;
  #patterns: Pattern[];
  #waiting: Line[] = [];

  constructor(options: PatternReaderOptions) {
    this.#lineLimitMs = options.lineLimitMs ?? 250;
    this.#patterns = options.patterns.map(text => ({ text, form: compilePattern(text), strikes: 0 }));
    this.#lines = new ByteLines(
      line => this.#keep(line),
      () => this.#tooLong(),
    );
  }

  push(bytes: Uint8Array, time: number): SourceContent {
    this.#lines.push(bytes);
    return this.#read(time);
  }

  end(time: number): SourceContent {
    this.#lines.end();
    return this.#read(time);
  }

  #keep(raw: string): void {
    const { rank, rest } = splitLauncherPrefix(terminalText(raw));
    if (rest.length > longestLine) this.#tooLong();
    else if (rest.trim() !== '') this.#waiting.push({ text: rest, rank });
  }

  #tooLong(): void {
    this.#found.problem(`lines of more than ${longestLine} characters are not matched against patterns`);
  }

  #read(time: number): SourceContent {
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length > 0) {
      const reports = this.#patterns.map(pattern => this.#match(pattern, lines));
      // In the order of the lines, so that the same log always gives the same points.
      lines.forEach((line, index) => {
        for (const found of reports) this.#report(found[index], line.rank, time);
      });
      this.#patterns = this.#patterns.filter(({ strikes }) => strikes < mostStrikes);
    }
    return this.#found.take();
  }

  /** Of each line what the pattern finds. All lines at once where that is quick, as it mostly is. */
  #match(pattern: Pattern, lines: readonly Line[]): readonly (ReportedLine | undefined)[] {
    const found: (ReportedLine | undefined)[] = [];
    const together = limitTime(this.#lineLimitMs, () => {
      for (const { text } of lines) found.push(matchPattern(pattern.form, text));
    });
    if (together) return found;
    // Whoever was interrupted comes again, alone.
    for (let index = found.length; index < lines.length && pattern.strikes < mostStrikes; index++) {
      const { text } = lines[index] ?? { text: '' };
      const alone = limitTime(this.#lineLimitMs, () => {
        found[index] = matchPattern(pattern.form, text);
      });
      if (!alone) this.#strike(pattern);
    }
    return found;
  }

  #strike(pattern: Pattern): void {
    pattern.strikes++;
    if (pattern.strikes === mostStrikes)
      this.#found.problem(
        `the pattern ${pattern.text} takes more than ${this.#lineLimitMs} ms for a line: it is not used any more`,
      );
  }

  #report(report: ReportedLine | undefined, linesRank: number | undefined, time: number): void {
    if (report === undefined) return;
    const rank = report.rank ?? linesRank;
    for (const { key, value } of report.metrics) {
      const series = `${rank ?? ''}\0${key}`;
      const count = this.#counts.get(series) ?? 0;
      if (count === 0 && this.#counts.size >= mostSeries) continue;
      this.#counts.set(series, count + 1);
      const point: MetricPoint = {
        ...{ key, value },
        ...(rank === undefined ? {} : { rank }),
        step: report.step ?? count,
        time: report.time ?? time,
      };
      this.#found.points.push(point);
    }
  }
}
