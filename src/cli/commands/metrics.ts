/** `lockstep metrics`: every point of a run, or a summary of each series. */
import { printsMetrics } from '../../runs/printsMetrics.ts';
import { runPaths } from '../../runs/runPaths.ts';
import { summariseSeries, trainingFirst } from '../../runs/metricSeries.ts';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import { matchesGlob } from '../../reproduction/comparison/matchesGlob.ts';
import { readRunMetrics } from '../../tracking/readRunMetrics.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { metricMissing, wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { jsonPiece } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { tellMetricLines } from '../tellMetricLines.ts';
import { numberText } from '../text/describe.ts';
import { printable } from '../text/printable.ts';
import { renderTable } from '../text/renderTable.ts';

export const metrics: Subcommand = {
  name: 'metrics',
  async run(words, context) {
    const parser = newCommand('metrics', 'The metrics of a run: a summary, or every point.', context)
      .argument('<run>', '@1, an id, a part of one, or a name')
      .argument('[key...]', 'only these metrics; * and ? match any text')
      .option('--format <format>', 'every point as csv or json')
      .option('--preview-lines', 'what of the printed lines would become metrics')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ format?: string; json?: boolean; previewLines?: boolean }>();
    const asked = flags.format;
    if (asked !== undefined && asked !== 'csv' && asked !== 'json')
      throw wrongUse(`--format wants csv or json, not ${asked}`, 'lockstep metrics');
    if (flags.json === true && asked === 'csv')
      throw wrongUse('--json cannot be combined with --format csv', 'lockstep metrics');
    const format = flags.json === true ? 'json' : asked;
    const [reference = '', ...keys] = parser.args;
    const { runs, project } = await openRuns(context);
    const id = await runs.resolve(reference);
    if (flags.previewLines === true) {
      await tellMetricLines(id, runPaths(project.store, id).stdout, format === 'json', context.terminal);
      return exitCodes.done;
    }
    const { series } = await readRunMetrics(runPaths(project.store, id), {
      metricLines: printsMetrics(await runs.read(id)),
    });
    for (const key of keys)
      if (!series.some(one => matchesKey(key, one.key)))
        throw metricMissing(
          key,
          series.map(one => one.key),
        );
    const shown = trainingFirst(series).filter(
      one => keys.length === 0 || keys.some(key => matchesKey(key, one.key)),
    );
    switch (format) {
      case 'json':
        context.terminal.out(
          `{"schemaVersion":1,"id":${jsonPiece(id)},"series":[${shown.map(columns).join(',')}]}\n`,
        );
        break;
      case 'csv':
        await tellPoints(shown, context);
        break;
      case undefined:
        tellSummary(shown, context);
    }
    return exitCodes.done;
  },
};

function matchesKey(pattern: string, key: string): boolean {
  return pattern === key || matchesGlob(pattern, key);
}

function columns({ key, rank, steps, times, values }: MetricSeries): string {
  const list = (numbers: Float64Array): string => `[${Array.from(numbers, jsonNumber).join(',')}]`;
  const heading = `"key":${jsonPiece(key)},"rank":${String(rank)}`;
  return `{${heading},"steps":${list(steps)},"times":${list(times)},"values":${list(values)}}`;
}

/** JSON.stringify would forget the sign of -0, and turn NaN into null. */
function jsonNumber(value: number): string {
  return Number.isFinite(value) ? numberDigits(value) : `"${value}"`;
}

function numberDigits(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** RFC 4180, with a header. Numbers as JavaScript prints them, and -0: every bit can be read back. */
async function tellPoints(all: readonly MetricSeries[], { terminal }: CliContext): Promise<void> {
  terminal.out('key,rank,step,time,value\n');
  for (const { key, rank, steps, times, values } of all) {
    const start = `${csvText(printable(key))},${rank ?? ''},`;
    for (let from = 0; from < steps.length; from += 5000) {
      let text = '';
      for (let at = from; at < Math.min(from + 5000, steps.length); at += 1)
        text += `${start}${steps[at] ?? ''},${times[at] ?? ''},${numberDigits(values[at] ?? Number.NaN)}\n`;
      terminal.out(text);
      await terminal.drained();
    }
  }
}

function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function tellSummary(all: readonly MetricSeries[], { terminal }: CliContext): void {
  const rows = all.flatMap(series => {
    const summary = summariseSeries(series);
    return summary === undefined ? [] : [{ ...summary, key: series.key, rank: series.rank }];
  });
  if (rows.length === 0) {
    terminal.err('The run has no metrics.\n');
    return;
  }
  terminal.out(
    renderTable(
      rows,
      [
        { title: 'METRIC', cell: row => row.key, shrink: 1, least: 12 },
        { title: 'RANK', cell: row => (row.rank === null ? '' : String(row.rank)), align: 'right' },
        { title: 'LAST', cell: row => numberText(row.last), align: 'right' },
        { title: 'AT STEP', cell: row => numberText(row.lastStep), align: 'right' },
        { title: 'MIN', cell: row => numberText(row.min), align: 'right' },
        { title: 'MAX', cell: row => numberText(row.max), align: 'right' },
        { title: 'POINTS', cell: row => String(row.count), align: 'right' },
      ],
      terminal.tableWidth,
      text => terminal.paint('dim', text),
    ),
  );
}
