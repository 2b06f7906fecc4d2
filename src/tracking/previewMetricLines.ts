/** What would become metrics of what a program has printed: shown to a person before they say yes. */
import { splitLauncherPrefix } from './launcherPrefix.ts';
import { limitTime } from './limitTime.ts';
import { compilePattern, isMetricPattern, matchPattern } from './metricPattern.ts';
import { parseReportedLine } from './parseReportedLine.ts';
import { terminalText } from './terminalText.ts';
import { TextMetricReader } from './textMetricReader.ts';

export interface PreviewedMetric {
  readonly key: string;
  /** The first line that it was found in, shortened. */
  readonly line: string;
  readonly value: number;
  /** Absent when the line does not say: then the points are counted. */
  readonly step?: number;
  /** How many of the lines have it. */
  readonly lines: number;
}

const mostKeys = 200;
const longestShown = 200;
/** Of all patterns together. */
const patternsMs = 500;

/**
 * The metrics in `text`, in the order of their first lines.
 * @param patterns Instead of the ways that are known: regular expressions as in `lockstep.yaml`; wrong ones find nothing.
 */
export function previewMetricLines(text: string, patterns?: readonly string[]): PreviewedMetric[] {
  const found = new Map<string, PreviewedMetric>();
  const forms = patterns?.filter(isMetricPattern).map(compilePattern);
  const reader = new TextMetricReader();
  const read = (): void => {
    for (const raw of text.split('\n')) {
      const line = splitLauncherPrefix(terminalText(raw)).rest;
      const reports =
        forms === undefined
          ? [parseReportedLine(line) ?? reader.read(line)]
          : forms.map(form => (line.length > 8_192 ? undefined : matchPattern(form, line)));
      for (const report of reports)
        for (const { key, value } of report?.metrics ?? []) {
          const known = found.get(key);
          if (known === undefined && found.size >= mostKeys) continue;
          found.set(key, {
            ...(known ?? {
              ...{ key, value },
              line: line.trim().slice(0, longestShown),
              ...(report?.step === undefined ? {} : { step: report.step }),
            }),
            lines: (known?.lines ?? 0) + 1,
          });
        }
    }
  };
  // A pattern that never comes to its end shows what was found until then.
  if (forms === undefined) read();
  else limitTime(patternsMs, read);
  return [...found.values()];
}
