/** The first line of a forecast: can it be done, how close will it get, what does it take. */
import type { Forecast, ForecastItem, ForecastLimit } from '../../runs/forecast.ts';
import { durationWords, sizeWords } from './forecastWords.ts';
import { isNeeded } from './isNeeded.ts';
import { openText, type OpenQuestion } from './openQuestions.ts';

export type SentenceFacts = Pick<
  Forecast,
  'blockers' | 'closeness' | 'duration' | 'fetch' | 'items' | 'limits' | 'caps'
> & {
  readonly open?: readonly OpenQuestion[];
  /** Why no verdict is possible, a clause. */
  readonly undecided?: string;
};

export function forecastSentence(facts: SentenceFacts): string {
  const { blockers, closeness, limits, items } = facts;
  const lost = items.filter(isGone);
  const [blocker] = blockers;
  if (lost.length > 0)
    return `It cannot be the same run: ${listed(lost.map(one => `${one.what}${one.reason === undefined ? '' : ` (${withoutStop(one.reason)})`}`))}.`;
  if (blocker !== undefined) return `It cannot start: ${withoutStop(blocker.message)}.`;
  const unsure = items.filter(one => isNeeded(one) && one.availability === 'unknown');
  const but = unsure.length === 0 ? '' : ` Not known beforehand: ${listed(unsure.map(one => one.what))}.`;
  const [limit] = limits;
  if (facts.undecided !== undefined && closeness !== 'not-the-same-run')
    return `The verdict will be inconclusive${costText(facts)}: ${withoutStop(facts.undecided)}.`;
  switch (closeness) {
    case 'bit-identical': {
      const { open = [], caps } = facts;
      const text = openText(open);
      if (text === undefined) return `Expected to be identical to the last bit${costText(facts)}.`;
      if (caps.length > 0) return `Within tolerance at best${costText(facts)}: ${text}.`;
      return open.every(one => one.unseen === true)
        ? `Nothing recorded stands against equal bits${costText(facts)}; ${text}.`
        : `Equal bits are possible, and not certain${costText(facts)}: ${text}.`;
    }
    case 'numerically-close':
      return `Numerically close at best${costText(facts)}: ${inSentence(limit?.text ?? 'an ingredient differs')}.${but}`;
    case 'not-the-same-run':
      return `It cannot be the same run: ${inSentence(limit?.text ?? 'something that it was made of is gone')}.`;
  }
}

export function isGone(item: Pick<ForecastItem, 'ingredient' | 'availability'>): boolean {
  return isNeeded(item) && (item.availability === 'gone' || item.availability === 'changed');
}

export function goneLimit({ ingredient, what, reason, availability }: ForecastItem): ForecastLimit {
  const why = reason === undefined ? '' : `: ${reason.replace(/\.+$/, '')}`;
  const text = availability === 'changed' ? `${what} has changed since the run.` : `${what} is gone${why}.`;
  return { ingredient, closeness: 'not-the-same-run', text };
}

function costText({ duration, fetch }: SentenceFacts): string {
  const parts = [
    ...(duration === undefined ? [] : [`in about ${durationWords(duration.ms)}`]),
    ...(fetch > 0 ? [`after fetching ${sizeWords(fetch)}`] : []),
  ];
  return parts.length === 0 ? '' : `, ${parts.join(' ')}`;
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(', ');
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}

/** A sentence after a colon. */
function inSentence(text: string): string {
  return withoutStop(text).replace(/^(?:The|A|It) /, word => word.toLowerCase());
}

function withoutStop(text: string): string {
  return text.replace(/\.+$/, '');
}
