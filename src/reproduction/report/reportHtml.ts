/**
 * A verdict as one HTML file that needs nothing else: no script, no font, no address; a policy that allows its own style
 * sheet alone. Light or dark as the reader's system is, light on paper. Foreign text goes through escapeHtml.
 */
import { createHash } from 'node:crypto';
import { formatSeconds } from '../../series/formatNumber.ts';
import { escapeHtml as text } from './escapeHtml.ts';
import { overlaySvg } from './overlaySvg.ts';
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
import { reportStyle } from './reportStyle.ts';

const shownRows = 200;
const longest = 2000;

const marks: Readonly<Record<ReportContent['verdict']['verdict'], string>> = {
  identical: '✓',
  'within-tolerance': '≈',
  diverged: '✗',
  inconclusive: '?',
};

export function reportHtml(content: ReportContent): string {
  const { verdict, label, command, host, durationMs, cause, charts = [] } = content;
  const metrics = worstFirst(verdict.metrics);
  const title = `${verdictTitles[verdict.verdict]}: ${text(label, 160)} reproduced`;
  const styleHash = createHash('sha256').update(reportStyle).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title}</title>`,
    `<style>${reportStyle}</style>`,
    '</head>',
    '<body>',
    `<header class="${verdict.verdict}">`,
    `<h1><span class="sign" aria-hidden="true">${marks[verdict.verdict]}</span> ${verdictTitles[verdict.verdict]}</h1>`,
    `<p class="sentence">${text(verdict.sentence, longest)}</p>`,
    ...(verdict.cause === null || verdict.cause === verdict.sentence
      ? []
      : [`<p>${text(verdict.cause, longest)}</p>`]),
    ...(cause === undefined ? [] : [`<p><strong>${text(cause.sentence, longest)}</strong></p>`]),
    ...findings(verdict).map(line => `<p>${text(line, longest)}</p>`),
    ...(verdict.caps.length === 0 || isTold(verdict)
      ? []
      : [
          `<p>Limited by: ${verdict.caps
            .slice(0, 20)
            .map(cap => text(cap))
            .join('; ')}.</p>`,
        ]),
    `<p class="subject">${subject(content)}</p>`,
    '</header>',
    section('Ingredients', ingredientsTable(verdict.ingredients)),
    section(
      'Curves',
      charts.length === 0
        ? ''
        : '<p class="legend"><svg viewBox="0 0 24 8" aria-hidden="true"><path class="original" d="M0 4h24"/></svg> original ' +
            '<svg viewBox="0 0 24 8" aria-hidden="true"><path class="now" d="M0 4h24"/></svg> now' +
            (charts.some(({ band }) => band !== undefined)
              ? ' <svg viewBox="0 0 24 8" aria-hidden="true"><path class="band" d="M0 0h24v8H0Z"/></svg> noise of this machine'
              : '') +
            '</p>' +
            charts
              .map(
                chart =>
                  `<figure><figcaption>${text(chart.key, 160)}</figcaption>\n${overlaySvg(chart)}</figure>`,
              )
              .join('\n'),
    ),
    section('Metrics', table(metricHeads, metrics.map(metricCells), metrics, 2)),
    section(
      'Outputs',
      table(outputHeads, worstFirst(verdict.outputs).map(outputCells), worstFirst(verdict.outputs)),
    ),
    ...(cause === undefined
      ? []
      : [section('Trials to find the cause', table(trialHeads, trialRows(cause)))]),
    '<footer>',
    ...(command === undefined ? [] : [`<p><code>${text(command, longest)}</code></p>`]),
    `<p>Run <code>${text(verdict.runId)}</code>, reproduction <code>${text(verdict.reproductionId)}</code>${
      host === undefined ? '' : ` on ${text(host, 160)}`
    }, ${text(verdict.at.slice(0, 19).replace('T', ' '))} UTC${
      durationMs === undefined ? '' : `, ${formatSeconds(durationMs / 1000)}`
    }.</p>`,
    `<p>Again: <code>lockstep reproduce ${text(verdict.runId)}</code></p>`,
    '</footer>',
    '</body>',
    '</html>',
  ]
    .filter(part => part !== '')
    .join('\n')}\n`;
}

function subject({ label, verdict }: ReportContent): string {
  return `${text(label, 160)} reproduced as <code>…${text(verdict.reproductionId.slice(-6))}</code>`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `<section>\n<h2>${title}</h2>\n${body}\n</section>`;
}

function ingredientsTable(rows: ReportContent['verdict']['ingredients']): string {
  const lines = rows.map(row => {
    const differences = row.differences
      .slice(0, 50)
      .map(one => `<li>${text(one)}</li>`)
      .join('');
    return (
      `<tr class="${row.status}"><th scope="row">${ingredientTitles[row.name]}</th>` +
      `<td>${text(row.original)}</td><td>${row.status === 'same' && row.original === row.now ? 'the same' : text(row.now)}</td>` +
      `<td><span class="status">${row.status}</span>${differences === '' ? '' : `<ul>${differences}</ul>`}</td></tr>`
    );
  });
  return framed(['ingredient', 'original', 'now', 'status'], lines, () => '', ' class="ingredients"');
}

/** @param numbersFrom Index of the first column of numbers. */
function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  items: readonly { readonly verdict: string; readonly volatile: boolean }[] = [],
  numbersFrom = Infinity,
): string {
  const number = (at: number): string => (at >= numbersFrom ? ' class="number"' : '');
  const lines = rows.slice(0, shownRows).map((cells, row) => {
    const item = items[row];
    const kind = item === undefined ? '' : ` class="${item.volatile ? 'volatile' : text(item.verdict)}"`;
    return `<tr${kind}>${cells
      .map((cell, at) =>
        at === 0 ? `<th scope="row">${text(cell)}</th>` : `<td${number(at)}>${text(cell)}</td>`,
      )
      .join('')}</tr>`;
  });
  if (rows.length > shownRows)
    lines.push(`<tr><td colspan="${heads.length}">and ${rows.length - shownRows} more</td></tr>`);
  return rows.length === 0 ? '' : framed(heads, lines, number);
}

function framed(
  heads: readonly string[],
  lines: readonly string[],
  attributes: (at: number) => string = () => '',
  kind = '',
): string {
  const head = heads.map((one, at) => `<th scope="col"${attributes(at)}>${one}</th>`).join('');
  return `<div class="frame"><table${kind}>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody></table></div>`;
}
