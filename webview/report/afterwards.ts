/** What a verdict knows beside its tables: where the two part, other reproductions, statistics, and what was tried. */
import type { ReportSnapshot } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatNumber, formatRelative } from '../../src/series/formatNumber.ts';
import { clipped, element, shorten } from '../shared/dom.ts';
import { section } from './section.ts';
import { numberCell, status, table } from './table.ts';
import { verdictLook, verdictWords, type Look } from './verdictLook.ts';

type Verdict = NonNullable<ReportSnapshot['verdict']>;
type Cause = NonNullable<ReportSnapshot['cause']>;

const shownRows = 50;

/** Undefined where nothing parts. */
export function divergenceText({ divergence }: Verdict, strings: ReportStrings): string | undefined {
  if (divergence === undefined) return undefined;
  const { key, step, relative } = divergence;
  const shape = shapeWord(divergence.shape, strings);
  return relative === undefined
    ? formatString(strings.divergenceText, shorten(key, 80), formatNumber(step), shape)
    : formatString(
        strings.divergenceRelative,
        shorten(key, 80),
        formatNumber(step),
        formatRelative(relative),
        shape,
      );
}

/** The part that was asked for, in words; '' for the whole run. */
export function partText(part: Verdict['part'], strings: ReportStrings): string {
  const from =
    part?.fromStep === undefined ? '' : formatString(strings.partFrom, formatNumber(part.fromStep));
  const through =
    part?.throughStep === undefined ? '' : formatString(strings.partThrough, formatNumber(part.throughStep));
  return [from, through].filter(Boolean).join(' ');
}

/** Undefined while this is the only reproduction: its verdict is the page. */
export function reproductionsSection(
  { attestations, reproduction }: ReportSnapshot,
  strings: ReportStrings,
): HTMLElement | undefined {
  if (attestations.length < 2) return undefined;
  return section(
    strings.reproductions,
    element('p', {}, attestationsText(attestations, strings)),
    table(
      [strings.verdict, strings.reproductionHost, strings.when, strings.reproduction],
      attestations
        .toReversed()
        .slice(0, shownRows)
        .map(({ verdict, part, host, at, reproductionId }) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, status(partLook(wordLook(verdict, strings), part, strings))),
            element('td', { class: 'words' }, shorten(host ?? '–', 80)),
            element('td', {}, new Date(at).toLocaleString()),
            element(
              'td',
              {},
              element('code', {}, `…${reproductionId.slice(-6)}`),
              reproductionId === reproduction.id ? ` ${strings.thisOne}` : undefined,
            ),
          ),
        ),
      'reproductions',
    ),
  );
}

function partLook(look: Look, part: boolean | undefined, strings: ReportStrings): Look {
  return part === true ? { ...look, word: formatString(strings.inPart, look.word) } : look;
}

/** `Reproduced 3 times: 2 identical, 1 within tolerance.` */
function attestationsText(attestations: ReportSnapshot['attestations'], strings: ReportStrings): string {
  const words = [false, true].flatMap(ofPart => {
    const those = attestations.filter(({ part = false }) => part === ofPart);
    const counts = new Map<string, number>();
    for (const { verdict } of those) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    const texts = [...counts].map(([verdict, count]) => countText(verdict, count, strings));
    return ofPart ? texts.map(text => formatString(strings.inPart, text)) : texts;
  });
  return attestations.length === 1
    ? formatString(strings.reproducedOnce, words.join(', '))
    : formatString(strings.reproducedTimes, attestations.length, words.join(', '));
}

function countText(verdict: string, count: number, strings: ReportStrings): string {
  switch (verdict) {
    case 'identical':
      return formatString(strings.countIdentical, count);
    case 'within-tolerance':
      return formatString(strings.countWithin, count);
    case 'diverged':
      return formatString(strings.countDiverged, count);
    case 'inconclusive':
      return formatString(strings.countInconclusive, count);
    default:
      return `${count} ${shorten(verdict, 40)}`;
  }
}

function wordLook(verdict: string, strings: ReportStrings): Look {
  const known = verdictWords.find(word => word === verdict);
  return known === undefined
    ? { icon: 'question', word: shorten(verdict, 40), tone: 'quiet' }
    : verdictLook(known, strings);
}

export function statisticsSection({ statistics }: Verdict, strings: ReportStrings): HTMLElement | undefined {
  if (statistics === undefined) return undefined;
  return section(
    strings.statistics,
    element('p', {}, shorten(statistics.sentence, 1000)),
    table(
      [strings.metric, strings.status, strings.original, strings.mean, strings.expectedRange],
      statistics.metrics
        .slice(0, shownRows)
        .map(({ key, original, mean, low, high, inside }) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, clipped('span', key)),
            element(
              'td',
              {},
              status(
                inside
                  ? { icon: 'check', word: strings.inside, tone: 'good' }
                  : { icon: 'warning', word: strings.outside, tone: 'bad' },
              ),
            ),
            numberCell(formatNumber(original, 7)),
            numberCell(formatNumber(mean, 7)),
            numberCell(`${formatNumber(low, 7)} … ${formatNumber(high, 7)}`),
          ),
        ),
      'statistics',
      2,
    ),
  );
}

export function trialsSection(cause: Cause, strings: ReportStrings): HTMLElement {
  const { operation, culprit } = cause;
  const place =
    operation === undefined
      ? ''
      : [operation.name, [operation.file, operation.line].filter(part => part !== undefined).join(':')]
          .filter(Boolean)
          .join(', ');
  return section(
    strings.trials,
    element('p', {}, shorten(cause.sentence, 1000)),
    operation === undefined
      ? undefined
      : element('p', { class: 'words' }, formatString(strings.operation, shorten(place, 300))),
    cause.trials.length === 0
      ? undefined
      : table(
          [strings.ingredient, strings.trialRestored, strings.trialResult],
          cause.trials
            .slice(0, shownRows)
            .map(trial =>
              element(
                'tr',
                {},
                element('th', { scope: 'row' }, strings[trial.ingredient]),
                element(
                  'td',
                  { class: 'words' },
                  shorten(trial.restored, 300),
                  trial.ingredient === culprit?.ingredient && trial.restored === culprit.restored
                    ? element('span', { class: 'badge culprit' }, strings.culprit)
                    : undefined,
                ),
                element('td', { class: 'words' }, ...trialOutcome(trial, cause, strings)),
              ),
            ),
          'trials',
        ),
  );
}

function trialOutcome(
  { joins, identicalThrough, apartAt, unclear, problem }: Cause['trials'][number],
  { noise }: Cause,
  strings: ReportStrings,
): (HTMLElement | undefined)[] {
  const look: Look =
    joins === undefined
      ? { icon: 'slash', word: strings.trialNotMade, tone: 'quiet' }
      : joins
        ? {
            icon: 'check',
            word: noise === undefined ? strings.trialJoins : strings.trialWithin,
            tone: 'good',
          }
        : {
            icon: unclear === true ? 'question' : 'warning',
            word: unclear === true ? strings.trialUnclear : strings.trialDiffers,
            tone: 'quiet',
          };
  const hint =
    problem ??
    (apartAt !== undefined
      ? formatString(strings.trialApart, formatNumber(apartAt))
      : identicalThrough === undefined
        ? undefined
        : formatString(strings.trialThrough, formatNumber(identicalThrough)));
  return [
    status(look),
    hint === undefined ? undefined : element('div', { class: 'hint difference' }, shorten(hint, 500)),
  ];
}

function shapeWord(shape: string, strings: ReportStrings): string {
  switch (shape) {
    case 'from-the-start':
      return strings.shapeStart;
    case 'growing':
      return strings.shapeGrowing;
    case 'sudden':
      return strings.shapeSudden;
    case 'final-only':
      return strings.shapeFinal;
    case 'unclear':
      return strings.shapeUnclear;
    default:
      return shorten(shape, 60);
  }
}
