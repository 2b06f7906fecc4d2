/** The tables of the report: ingredients, metrics, outputs. Rebuilt as a whole; keys and paths are foreign text. */
import type { LiveMetric, ReportSnapshot } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatMetric } from '../../src/series/formatMetric.ts';
import { formatNumber, formatRelative } from '../../src/series/formatNumber.ts';
import { breakable, clipped, element, shorten } from '../shared/dom.ts';
import { numberCell, status, table } from './table.ts';
import { verdictLook, type Look, type VerdictWord } from './verdictLook.ts';

type Verdict = NonNullable<ReportSnapshot['verdict']>;
type MetricVerdict = Verdict['metrics'][number];
type OutputVerdict = Verdict['outputs'][number];

/** What is left out is counted. */
function differenceLines(all: readonly string[], strings: ReportStrings): string[] {
  const shown = all.slice(0, 20);
  const left = all.length - shown.length;
  return left > 0 ? [...shown, formatString(strings.moreDifferences, left)] : shown;
}

export function ingredientsTable(ingredients: Verdict['ingredients'], strings: ReportStrings): HTMLElement {
  return table(
    [strings.ingredient, strings.original, strings.now, strings.status],
    ingredients.map(ingredient => {
      const look: Look = {
        same: { icon: 'check', word: strings.same, tone: 'good' } as const,
        differs: { icon: 'warning', word: strings.differs, tone: 'bad' } as const,
        unknown: { icon: 'question', word: strings.unknown, tone: 'quiet' } as const,
      }[ingredient.status];
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, strings[ingredient.name]),
        element('td', { class: 'words' }, ...breakable(ingredient.original)),
        element('td', { class: 'words' }, ...breakable(ingredient.now)),
        element(
          'td',
          { class: 'words' },
          status(look),
          ...differenceLines(ingredient.differences, strings).map(line =>
            element('div', { class: 'hint difference' }, ...breakable(line)),
          ),
        ),
      );
    }),
    'ingredients',
  );
}

export interface MetricRow {
  readonly key: string;
  readonly look: Look;
  readonly volatile: boolean;
  readonly points: number;
  readonly missing: number;
  readonly largest: number | undefined;
  readonly firstStep: number | undefined;
  readonly originalLast: number | undefined;
  readonly reproducedLast: number | undefined;
  readonly sentence: string | undefined;
  /** What decided that it is within tolerance, or not. */
  readonly judgedBy: string | undefined;
}

/** Worst first, volatile last. While the reproduction runs, what is known so far. */
export function metricRows({ verdict, live }: ReportSnapshot, strings: ReportStrings): MetricRow[] {
  const rows =
    verdict === undefined
      ? live.map(metric => liveRow(metric, strings))
      : verdict.metrics.map(metric => finalRow(metric, strings));
  const severity = { bad: 0, fair: 1, quiet: 2, good: 3 };
  return rows.sort(
    (a, b) => Number(a.volatile) - Number(b.volatile) || severity[a.look.tone] - severity[b.look.tone],
  );
}

function liveRow(metric: LiveMetric, strings: ReportStrings): MetricRow {
  const differs = metric.firstDifferingStep !== undefined;
  return {
    key: metric.key,
    look: differs
      ? metric.volatile
        ? { icon: 'info', word: strings.differs, tone: 'quiet' }
        : { icon: 'warning', word: strings.differs, tone: 'bad' }
      : metric.comparedPoints > 0
        ? { icon: 'check', word: strings.soFar, tone: 'good' }
        : { icon: 'loading', word: strings.stepWaiting, tone: 'quiet' },
    volatile: metric.volatile,
    points: metric.comparedPoints,
    missing: 0,
    largest: metric.maxRelativeDifference,
    firstStep: metric.firstDifferingStep,
    originalLast: metric.originalLast,
    reproducedLast: metric.reproducedLast,
    sentence: undefined,
    judgedBy: undefined,
  };
}

function finalRow(metric: MetricVerdict, strings: ReportStrings): MetricRow {
  return {
    key: metric.key,
    look: countedLook(metric, strings),
    volatile: metric.volatile,
    points: metric.comparedPoints,
    missing: metric.missingSteps,
    largest: metric.maxRelativeDifference,
    firstStep: metric.firstDifferingStep,
    originalLast: metric.originalLast,
    reproducedLast: metric.reproducedLast,
    sentence: metric.sentence,
    judgedBy: metric.volatile ? undefined : toleranceWord(metric.toleranceFrom, strings),
  };
}

/** @param onSelect Shows the metric in the chart. */
export function metricsTable(
  rows: readonly MetricRow[],
  selected: string | undefined,
  strings: ReportStrings,
  onSelect: (key: string) => void,
): HTMLElement {
  return table(
    [
      strings.metric,
      strings.verdict,
      strings.points,
      strings.largestDifference,
      strings.firstStep,
      `${strings.lastValue} · ${strings.original}`,
      `${strings.lastValue} · ${strings.now}`,
    ],
    rows.map(row => {
      const choose = clipped('button', row.key, { type: 'button', class: 'link' });
      choose.addEventListener('click', () => onSelect(row.key));
      return element(
        'tr',
        { 'aria-current': row.key === selected ? 'true' : undefined, title: row.sentence },
        element('th', { scope: 'row' }, choose),
        element(
          'td',
          {},
          status(row.look),
          row.volatile ? volatileBadge(strings) : undefined,
          row.judgedBy === undefined ? undefined : element('div', { class: 'hint difference' }, row.judgedBy),
        ),
        numberCell(
          formatNumber(row.points) +
            (row.missing > 0 ? ` (${formatString(strings.missing, row.missing)})` : ''),
        ),
        numberCell(row.largest === undefined || row.largest === 0 ? '–' : formatRelative(row.largest)),
        numberCell(row.firstStep === undefined ? '–' : formatNumber(row.firstStep)),
        numberCell(row.originalLast === undefined ? '–' : formatMetric(row.key, row.originalLast, 9)),
        numberCell(row.reproducedLast === undefined ? '–' : formatMetric(row.key, row.reproducedLast, 9)),
      );
    }),
    'metrics',
    2,
  );
}

export function outputsTable({ outputs }: Verdict, strings: ReportStrings): HTMLElement {
  return table(
    [strings.output, strings.verdict, strings.hash],
    outputs.map(output => {
      const before = output.originalSha256?.slice(0, 10);
      const now = output.reproducedSha256?.slice(0, 10);
      const hashes = before === now ? before : [before ?? '–', now ?? '–'].join(' → ');
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, clipped('span', output.path)),
        element(
          'td',
          { class: 'words' },
          status(countedLook(output, strings)),
          output.volatile ? volatileBadge(strings) : undefined,
          outputHint(output, strings),
        ),
        element(
          'td',
          { title: [output.originalSha256, output.reproducedSha256].filter(Boolean).join('\n') },
          element('code', {}, hashes ?? '–'),
        ),
      );
    }),
    'outputs',
  );
}

/** What is not counted neither praises nor alarms. */
function countedLook(item: { verdict: VerdictWord; volatile: boolean }, strings: ReportStrings): Look {
  if (!item.volatile) return verdictLook(item.verdict, strings);
  return item.verdict === 'identical'
    ? { icon: 'check', word: strings.same, tone: 'quiet' }
    : { icon: 'info', word: strings.differs, tone: 'quiet' };
}

/** What differs inside the file, and by how much; the names of its tensors on demand. */
function outputHint({ sentence, tensors }: OutputVerdict, strings: ReportStrings): HTMLElement | undefined {
  const text = sentence ?? tensorsText(tensors, strings);
  if (text === undefined) return undefined;
  const names = tensors?.differing.slice(0, 20).join('\n').slice(0, 2000);
  return element('div', { class: 'hint difference', title: names === '' ? undefined : names }, text);
}

function tensorsText(tensors: OutputVerdict['tensors'], strings: ReportStrings): string | undefined {
  if (tensors === undefined || tensors.compared === 0) return undefined;
  const { compared, differing, maxRelativeDifference } = tensors;
  if (differing.length === 0) return formatString(strings.tensorsEqual, compared);
  return maxRelativeDifference === undefined
    ? formatString(strings.tensorsDifferPlain, differing.length, compared)
    : formatString(strings.tensorsDiffer, differing.length, compared, formatRelative(maxRelativeDifference));
}

function toleranceWord(from: MetricVerdict['toleranceFrom'], strings: ReportStrings): string | undefined {
  switch (from) {
    case undefined:
      return undefined;
    case 'command':
      return strings.toleranceCommand;
    case 'experiment':
      return strings.toleranceExperiment;
    case 'noise-band':
      return strings.toleranceNoise;
    case 'data-type':
      return strings.toleranceType;
    default:
      return shorten(from, 60);
  }
}

function volatileBadge(strings: ReportStrings): HTMLElement {
  return element('span', { class: 'badge quiet', title: strings.volatileHint }, strings.volatile);
}
