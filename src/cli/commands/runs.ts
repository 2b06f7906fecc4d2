/** `lockstep runs`: the list, filtered and sorted. */
import { matchesRunQuery } from '../../runs/matchQuery.ts';
import { parseRunQuery } from '../../runs/parseQuery.ts';
import { sortRuns } from '../../runs/sortRuns.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { durationText, momentText, shortId } from '../text/describe.ts';
import { renderTable } from '../text/renderTable.ts';
import { metricsText, runLabel, stateColour, stateText, verdictsText } from '../text/runText.ts';

export const runs: Subcommand = {
  name: 'runs',
  async run(words, context) {
    const parser = newCommand('runs', 'List runs, newest first.', context)
      .option(
        '--filter <expression>',
        'for example: metrics.loss < 0.4 and state = finished and tag = baseline',
      )
      .option('--sort <key>', 'for example: metrics.loss, or -created for newest first')
      .option('--limit <number>', 'show at most so many')
      .option('--all', 'show archived runs, too')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<RunsFlags>();
    const limit = flags.limit === undefined ? Infinity : wholeNumber(flags.limit);
    const query = flags.filter === undefined ? undefined : parseRunQuery(flags.filter);
    const { runs: store } = await openRuns(context);
    const all = await store.list({ signal: context.signal });
    const shown = flags.all === true ? all : all.filter(one => !one.archived);
    const found = query === undefined ? shown : shown.filter(one => matchesRunQuery(one, query));
    const sorted = flags.sort === undefined ? found : sortRuns(found, flags.sort);
    const limited = sorted.slice(0, limit);
    if (flags.json === true) {
      context.terminal.out(jsonText({ schemaVersion: 1, runs: limited, total: found.length }));
      return exitCodes.done;
    }
    tell(limited, all.length, found.length, context);
    return exitCodes.done;
  },
};

interface RunsFlags {
  readonly filter?: string;
  readonly sort?: string;
  readonly limit?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

function tell(rows: readonly RunSummary[], stored: number, found: number, { terminal }: CliContext): void {
  if (rows.length === 0) {
    terminal.err(
      stored === 0
        ? 'No runs yet. Any command can be an experiment: lockstep run -- python train.py\n'
        : 'No run matches.\n',
    );
    return;
  }
  const now = new Date();
  terminal.out(
    renderTable(
      rows,
      [
        { title: 'RUN', cell: row => shortId(row.id) },
        {
          title: 'STATE',
          cell: row => stateText(row),
          paint: (text, row) => terminal.paint(stateColour(row.state), text),
        },
        { title: 'STARTED', cell: row => momentText(row.startedAt ?? row.createdAt, now) },
        {
          title: 'TOOK',
          cell: row => (row.durationMs === undefined ? '' : durationText(row.durationMs)),
          align: 'right',
        },
        {
          title: 'NAME OR COMMAND',
          cell: row => (row.star ? '★ ' : '') + runLabel(row),
          shrink: 2,
          least: 16,
        },
        { title: 'METRICS', cell: row => metricsText(row, 2), shrink: 2, least: 12 },
        { title: 'REPRODUCED', cell: row => verdictsText(row), shrink: 1, least: 9 },
        { title: 'TAGS', cell: row => row.tags.join(', '), shrink: 3, least: 6 },
      ],
      terminal.width,
      text => terminal.paint('dim', text),
    ),
  );
  if (found > rows.length) terminal.err(`${rows.length} of ${found} runs; --limit shows more\n`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw wrongUse(`--limit wants a whole number, not ${text}`, 'lockstep runs');
  return value;
}
