/** The reproduction report for a terminal: the verdict first, then what it rests on. */
import type { MetricVerdict, OutputVerdict, Verdict, VerdictWord } from '../../runs/verdict.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { findings, toleranceText } from '../../reproduction/report/reportRows.ts';
import { durationText, numberText, shortId } from './describe.ts';
import { printable } from './printable.ts';
import { renderTable } from './renderTable.ts';

export function tellVerdict(verdict: Verdict, terminal: Terminal): void {
  const took = verdict.durationMs === undefined ? '' : `, ${durationText(verdict.durationMs)}`;
  terminal.out(
    `${terminal.paint(colours[verdict.verdict], `${marks[verdict.verdict]} ${printable(verdict.sentence)}`)}\n`,
  );
  if (verdict.cause !== null && verdict.cause !== verdict.sentence)
    terminal.out(`  ${printable(verdict.cause)}\n`);
  terminal.out(
    terminal.paint(
      'dim',
      `  run ${shortId(verdict.runId)} reproduced as ${shortId(verdict.reproductionId)}${took}\n`,
    ),
  );
  for (const finding of findings(verdict)) terminal.out(`  ${printable(finding)}\n`);
  if (verdict.verdict === 'diverged' && verdict.divergence !== undefined)
    terminal.out(
      terminal.paint(
        'dim',
        `  to find the cause by short trials: lockstep find-cause ${shortId(verdict.reproductionId)}\n`,
      ),
    );
  const header = (text: string): string => terminal.paint('dim', text);
  terminal.out('\n');
  terminal.out(
    renderTable(
      verdict.ingredients,
      [
        { title: 'INGREDIENT', cell: row => (row.name === 'parameters' ? 'parameters, seed' : row.name) },
        {
          title: 'STATUS',
          cell: row => row.status,
          paint: (text, row) => terminal.paint(row.status === 'same' ? 'green' : 'yellow', text),
        },
        { title: 'ORIGINAL', cell: row => row.original, shrink: 1, least: 12 },
        {
          title: 'NOW',
          cell: row =>
            row.differences.length > 0
              ? row.differences.join('; ')
              : row.status === 'same' && row.now === row.original
                ? 'the same'
                : row.now,
          shrink: 1,
          least: 12,
        },
      ],
      terminal.tableWidth,
      header,
    ),
  );
  if (verdict.metrics.length > 0)
    terminal.out(
      `\n${renderTable(
        [...verdict.metrics].sort(worstFirst),
        [
          { title: 'METRIC', cell: row => row.key, shrink: 1, least: 12 },
          {
            title: 'VERDICT',
            cell: verdictCell,
            paint: (text, row) => terminal.paint(row.volatile ? 'dim' : colours[row.verdict], text),
          },
          { title: 'POINTS', cell: row => String(row.comparedPoints), align: 'right', drop: 1 },
          {
            title: 'FROM STEP',
            cell: row => numberCell(row.firstDifferingStep),
            align: 'right',
            drop: 2,
          },
          { title: 'MAX REL', cell: row => numberCell(row.maxRelativeDifference), align: 'right' },
          { title: 'ORIGINAL', cell: row => numberCell(row.originalLast), align: 'right' },
          { title: 'NOW', cell: row => numberCell(row.reproducedLast), align: 'right' },
          { title: 'NOTE', cell: row => row.sentence ?? '', shrink: 2, least: 12, drop: 3 },
        ],
        terminal.tableWidth,
        header,
      )}`,
    );
  if (verdict.outputs.length > 0)
    terminal.out(
      `\n${renderTable(
        [...verdict.outputs].sort(worstFirst),
        [
          { title: 'OUTPUT', cell: row => row.path, shrink: 1, least: 16 },
          {
            title: 'VERDICT',
            cell: verdictCell,
            paint: (text, row) => terminal.paint(row.volatile ? 'dim' : colours[row.verdict], text),
          },
          { title: 'SHA256', cell: row => (row.originalSha256 ?? '').slice(0, 12) },
          { title: 'NOTE', cell: row => row.sentence ?? '', shrink: 2, least: 12 },
        ],
        terminal.tableWidth,
        header,
      )}`,
    );
}

const marks: Readonly<Record<VerdictWord, string>> = {
  identical: '✓',
  'within-tolerance': '≈',
  diverged: '✗',
  inconclusive: '?',
};

const colours: Readonly<Record<VerdictWord, Colour>> = {
  identical: 'green',
  'within-tolerance': 'green',
  diverged: 'red',
  inconclusive: 'yellow',
};

function verdictCell(row: MetricVerdict | OutputVerdict): string {
  if (row.volatile) return 'not counted';
  return row.verdict + ('key' in row ? toleranceText(row as MetricVerdict) : '');
}

function numberCell(value: number | undefined): string {
  return value === undefined ? '' : numberText(value);
}

const order: readonly VerdictWord[] = ['diverged', 'inconclusive', 'within-tolerance', 'identical'];

function worstFirst(a: MetricVerdict | OutputVerdict, b: MetricVerdict | OutputVerdict): number {
  return Number(a.volatile) - Number(b.volatile) || order.indexOf(a.verdict) - order.indexOf(b.verdict);
}
