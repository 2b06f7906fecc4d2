/** How a verdict, or the lack of one, looks: an icon, a word and a tone. Never the colour alone. */
import type { LiveMetric, ReportSnapshot } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatNumber, formatRelative } from '../../src/series/formatNumber.ts';
import type { IconName } from '../shared/icons.ts';
import { shorten } from '../shared/dom.ts';

export type Tone = 'good' | 'fair' | 'bad' | 'quiet';

export interface Look {
  readonly icon: IconName;
  readonly word: string;
  readonly tone: Tone;
}

export type VerdictWord = NonNullable<ReportSnapshot['verdict']>['verdict'];

/** Best first. */
export const verdictWords: readonly VerdictWord[] = [
  'identical',
  'within-tolerance',
  'diverged',
  'inconclusive',
];

export function verdictLook(verdict: VerdictWord, strings: ReportStrings): Look {
  switch (verdict) {
    case 'identical':
      return { icon: 'pass', word: strings.identical, tone: 'good' };
    case 'within-tolerance':
      return { icon: 'check', word: strings.withinTolerance, tone: 'fair' };
    case 'diverged':
      return { icon: 'error', word: strings.diverged, tone: 'bad' };
    case 'inconclusive':
      return { icon: 'question', word: strings.inconclusive, tone: 'quiet' };
  }
}

/** The headline of the whole report. */
export function reportLook(report: ReportSnapshot, strings: ReportStrings): Look {
  if (report.verdict !== undefined) return verdictLook(report.verdict.verdict, strings);
  switch (report.reproduction.state) {
    case 'cancelled':
      return { icon: 'slash', word: strings.cancelled, tone: 'quiet' };
    case 'lost':
      return { icon: 'question', word: strings.lost, tone: 'bad' };
    case 'failed':
      return { icon: 'error', word: strings.notReproduced, tone: 'bad' };
    case 'finished':
    case 'preparing':
    case 'running':
      return isUnderWay(report)
        ? { icon: 'loading', word: strings.reproducing, tone: 'quiet' }
        : { icon: 'question', word: strings.notReproduced, tone: 'quiet' };
  }
}

/** The sentence below the headline. */
export function reportSentence(report: ReportSnapshot, strings: ReportStrings): string {
  if (report.verdict !== undefined) return withoutWord(report.verdict.sentence);
  if (isUnderWay(report)) return liveSentence(report, strings);
  switch (report.reproduction.state) {
    case 'cancelled':
      return strings.cancelledSentence;
    case 'lost':
      return strings.lostSentence;
    default:
      return report.reproduction.failure ?? strings.noVerdictSentence;
  }
}

/** The headline has said the word already. */
function withoutWord(sentence: string): string {
  const rest = /^(?:Identical|Within tolerance|Diverged|Inconclusive): (.+)$/su.exec(sentence)?.[1];
  return rest === undefined ? sentence : rest.charAt(0).toLocaleUpperCase() + rest.slice(1);
}

/** True until a verdict can no longer come. */
export function isUnderWay(report: ReportSnapshot): boolean {
  return report.verdict === undefined && report.steps.some(({ state }) => state === 'active');
}

/** Of the counted metrics the one that parted first; undefined while none has. */
export function firstDiffering({ live }: ReportSnapshot): LiveMetric | undefined {
  return live
    .filter(metric => !metric.volatile && metric.firstDifferingStep !== undefined)
    .sort((a, b) => (a.firstDifferingStep ?? 0) - (b.firstDifferingStep ?? 0))[0];
}

function liveSentence(report: ReportSnapshot, strings: ReportStrings): string {
  const { live: all, reproduction } = report;
  const live = all.filter(metric => !metric.volatile);
  const differing = firstDiffering(report);
  if (differing !== undefined)
    return formatString(
      strings.runningDiffers,
      shorten(differing.key, 80),
      formatNumber(differing.firstDifferingStep ?? NaN),
      formatRelative(differing.maxRelativeDifference ?? NaN),
    );
  const compared = live.reduce((sum, metric) => sum + metric.comparedPoints, 0);
  if (compared > 0) {
    const through = Math.max(...live.map(metric => metric.identicalThrough ?? -Infinity));
    return formatString(strings.runningIdentical, formatNumber(through), formatNumber(compared));
  }
  if (reproduction.preparing !== undefined) return shorten(reproduction.preparing, 300);
  return reproduction.state === 'preparing' ? strings.runningSentence : strings.runningNoMetric;
}
