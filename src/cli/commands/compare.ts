/** `lockstep compare`: what differs between runs, from their records alone. Exit code 0 whether they differ or not. */
import { compareRuns } from '../../runs/compareRuns.ts';
import { isNoiseRow, isUnknownOfAll } from '../../runs/comparisonNoise.ts';
import type { ComparisonRow, RunComparison } from '../../runs/runComparison.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { numberText, shortId } from '../text/describe.ts';
import { printable } from '../text/printable.ts';
import { wrapList } from '../text/wrapWords.ts';
import { foldPackages } from '../text/foldPackages.ts';
import { renderTable } from '../text/renderTable.ts';

export const compare: Subcommand = {
  name: 'compare',
  async run(words, context) {
    const parser = newCommand('compare', 'What differs between runs.', context)
      .argument('<run...>', '@1, an id, a part of one, or a name; at least two')
      .option('--all', 'show what is the same, too')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ all?: boolean; json?: boolean }>();
    if (parser.args.length < 2) throw wrongUse('give at least two runs to compare', 'lockstep compare');
    const { runs } = await openRuns(context);
    const ids = await Promise.all(parser.args.map(word => runs.resolve(word)));
    const comparison = await compareRuns(runs, ids);
    if (flags.json === true) context.terminal.out(jsonText(comparison));
    else tell(comparison, flags.all === true, context);
    return exitCodes.done;
  },
};

function tell({ runs, sections, problems }: RunComparison, all: boolean, { terminal }: CliContext): void {
  const same: string[] = [];
  const unknown: string[] = [];
  for (const { name, rows } of sections) {
    const telling = rows.filter(row => !isNoiseRow(name, row));
    const shown = all ? rows : telling.filter(row => row.status !== 'same' && !isUnknownOfAll(row));
    const dark = all ? [] : telling.filter(isUnknownOfAll);
    if (dark.length > 0)
      unknown.push(...(dark.length === telling.length ? [name] : dark.map(row => row.key)));
    const { rows: table, folded } = all ? { rows: shown, folded: 0 } : foldPackages(name, shown);
    if (shown.length === 0) {
      if (telling.some(row => row.status === 'same')) same.push(name);
      continue;
    }
    terminal.out(`${terminal.paint('bold', printable(name))}\n`);
    terminal.out(
      renderTable(
        table,
        [
          { title: '', cell: row => `  ${row.key}`, shrink: 1, least: 14 },
          ...runs.map((run, at) => ({
            title: run.name ?? shortId(run.id),
            cell: (row: ComparisonRow) => valueText(row.values[at]),
            shrink: 2,
            least: 10,
          })),
        ],
        terminal.tableWidth,
        text => terminal.paint('dim', text),
      ),
    );
    if (folded > 0) terminal.out(`  ${folded} packages differ; --all shows them\n`);
  }
  if (same.length > 0) terminal.out(wrapList('The same:', same, terminal.width));
  if (unknown.length > 0) terminal.out(wrapList('Not known of any:', unknown, terminal.width));
  for (const problem of problems) terminal.err(`lockstep: ${printable(problem)}\n`);
}

/** Null is a value that the run does not have. */
function valueText(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return numberText(value);
  return isHash(value) ? String(value).slice(0, shownHashLength) : String(value);
}

const shownHashLength = 12;

/** A git object or a SHA-256: its first characters tell two of them apart. */
function isHash(value: string | boolean): boolean {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}
