/** A verdict as Markdown for a pull request: what a reviewer wants to know, names escaped. */
import type { ReportSnapshot } from '../../protocol/reportProtocol.ts';
import { formatNumber, formatRelative, formatSeconds } from '../../series/formatNumber.ts';

type Verdict = NonNullable<ReportSnapshot['verdict']>;

const shownRows = 30;

const marks: Record<Verdict['verdict'], string> = {
  identical: '✅ Identical',
  'within-tolerance': '☑️ Within tolerance',
  diverged: '❌ Diverged',
  inconclusive: '❔ Inconclusive',
};

/** Undefined while there is no verdict. Not translated: a pull request has readers in all languages. */
export function verdictMarkdown({ original, reproduction, verdict }: ReportSnapshot): string | undefined {
  if (verdict === undefined) return undefined;
  const counted = verdict.metrics.filter(metric => !metric.volatile);
  const outputs = verdict.outputs.filter(output => !output.volatile);
  const took = reproduction.durationMs === undefined ? [] : [formatSeconds(reproduction.durationMs / 1000)];
  const host = reproduction.host === undefined ? [] : [`on ${inline(reproduction.host)}`];
  return [
    `### ${marks[verdict.verdict]}: ${inline(original.label)} reproduced`,
    inline(verdict.sentence, 1000),
    ...(verdict.caps.length === 0 ? [] : [`Limited by: ${verdict.caps.map(cap => inline(cap)).join('; ')}.`]),
    table(
      ['ingredient', 'original', 'now', 'status'],
      verdict.ingredients.map(({ name, original: before, now, status, differences }) => [
        name,
        inline(before),
        inline(now),
        [status, ...differences.slice(0, 5).map(difference => inline(difference))].join('<br>'),
      ]),
    ),
    table(
      ['metric', 'verdict', 'points', 'largest relative difference', 'first difference'],
      counted.map(metric => [
        inline(metric.key),
        metric.verdict,
        String(metric.comparedPoints),
        metric.maxRelativeDifference === undefined ? '' : formatRelative(metric.maxRelativeDifference),
        metric.firstDifferingStep === undefined ? '' : `step ${formatNumber(metric.firstDifferingStep)}`,
      ]),
    ),
    table(
      ['output', 'verdict', 'SHA-256'],
      outputs.map(output => [
        inline(output.path),
        output.verdict,
        output.reproducedSha256?.slice(0, 16) ?? '',
      ]),
    ),
    [`Run \`${original.id}\`, reproduction \`${reproduction.id}\``, ...host, ...took].join(', ') +
      `. Again: \`lockstep reproduce ${original.id}\``,
  ]
    .filter(part => part !== '')
    .join('\n\n')
    .concat('\n');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const more = rows.length - shownRows;
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...rows.slice(0, shownRows).map(line),
    ...(more > 0 ? [line([`and ${more} more`, ...heads.slice(1).map(() => '')])] : []),
  ].join('\n');
}

/** Foreign text in one line that Markdown and HTML leave as it is. */
function inline(text: string, length = 160): string {
  const line = text
    .slice(0, length)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .replace(/[\\`*_{}[\]()#+!|<>~@$]/g, character => `\\${character}`);
  return text.length > length ? `${line}…` : line;
}
