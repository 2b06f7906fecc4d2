/** A verdict as Markdown for a pull request: what a reviewer wants to know first, the rest folded. */
import { operationSentence } from '../cause/causeSentences.ts';
import { formatSeconds } from '../../series/formatNumber.ts';
import { escapeMarkdown as inline } from './escapeMarkdown.ts';
import type { ReportContent } from './reportContent.ts';
import {
  findings,
  isTold,
  ingredientTitles,
  metricCells,
  metricHeads,
  outputCells,
  outputHeads,
  trialHeads,
  trialRows,
  verdictTitles,
  worstFirst,
} from './reportRows.ts';

const shownRows = 30;

const marks: Readonly<Record<ReportContent['verdict']['verdict'], string>> = {
  identical: '✅',
  'within-tolerance': '☑️',
  diverged: '❌',
  inconclusive: '❔',
};

/** Not translated: a pull request has readers in all languages. */
export function reportMarkdown({ verdict, label, host, durationMs, cause }: ReportContent): string {
  const metrics = worstFirst(verdict.metrics);
  const counted = metrics.filter(metric => !metric.volatile);
  const notEqual = counted.filter(metric => metric.verdict !== 'identical');
  const equal = metrics.filter(metric => metric.volatile || metric.verdict === 'identical');
  const outputs = worstFirst(verdict.outputs);
  const took = durationMs === undefined ? [] : [formatSeconds(durationMs / 1000)];
  const where = host === undefined ? [] : [`on ${inline(host)}`];
  const metricTable = (rows: typeof metrics): string => table(metricHeads, rows.map(metricCells));
  return [
    `### ${marks[verdict.verdict]} ${verdictTitles[verdict.verdict]}: ${inline(label)} reproduced`,
    inline(verdict.sentence, 1000),
    ...(verdict.cause === null || verdict.cause === verdict.sentence ? [] : [inline(verdict.cause, 2000)]),
    ...(cause === undefined ? [] : [`**${inline(cause.sentence, 1000)}**`]),
    ...(cause?.operation === undefined ? [] : [inline(operationSentence(cause.operation), 1000)]),
    ...findings(verdict).map(line => inline(line, 1000)),
    ...(verdict.caps.length === 0 || isTold(verdict)
      ? []
      : [
          `Limited by: ${verdict.caps
            .slice(0, 10)
            .map(cap => inline(cap))
            .join('; ')}.`,
        ]),
    table(
      ['ingredient', 'original', 'now', 'status'],
      verdict.ingredients.map(row => [ingredientTitles[row.name], row.original, row.now, row.status]),
      verdict.ingredients.map(row => row.differences),
    ),
    metricTable(notEqual),
    folded(count(equal.length, notEqual.length === 0 ? 'metric' : 'other metric'), metricTable(equal)),
    folded(count(outputs.length, 'output'), table(outputHeads, outputs.map(outputCells))),
    ...(cause === undefined
      ? []
      : [
          folded(
            `${count(cause.trials.length, 'trial')} to find the cause`,
            table(trialHeads, trialRows(cause)),
          ),
        ]),
    [`Run \`${verdict.runId}\`, reproduction \`${verdict.reproductionId}\``, ...where, ...took].join(', ') +
      `. Again: \`lockstep reproduce ${verdict.runId}\``,
  ]
    .filter(part => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** GitHub and GitLab want the empty lines. */
function folded(title: string, body: string): string {
  return body === '' ? '' : `<details>\n<summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** @param more Lines that are put into the last cell of each row. */
function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  more: readonly (readonly string[])[] = [],
): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const left = rows.length - shownRows;
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...rows.slice(0, shownRows).map((cells, at) => {
      const lines = more[at] ?? [];
      const shown = [...lines.slice(0, 5), ...(lines.length > 5 ? [`and ${lines.length - 5} more`] : [])];
      const words = cells.map(cell => inline(cell));
      return line([
        ...words.slice(0, -1),
        [words.at(-1) ?? '', ...shown.map(text => inline(text))].join('<br>'),
      ]);
    }),
    ...(left > 0 ? [line([`and ${left} more`, ...heads.slice(1).map(() => '')])] : []),
  ].join('\n');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
