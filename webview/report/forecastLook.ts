/** How a forecast looks: an icon, a word and a tone, as a verdict does. */
import type { ForecastView } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatBytes } from '../../src/series/formatBytes.ts';
import { formatSeconds } from '../../src/series/formatNumber.ts';
import { shorten } from '../shared/dom.ts';
import type { Look } from './verdictLook.ts';

export type Forecast = NonNullable<ForecastView['forecast']>;
type ForecastItem = Forecast['items'][number];

export function forecastLook({ forecast, problem }: ForecastView, strings: ReportStrings): Look {
  if (problem !== undefined) return { icon: 'error', word: strings.forecastFailed, tone: 'bad' };
  if (forecast === undefined) return { icon: 'loading', word: strings.checking, tone: 'quiet' };
  if (forecast.blockers.length > 0) return { icon: 'error', word: strings.cannotStart, tone: 'bad' };
  switch (forecast.closeness) {
    case 'bit-identical':
      // Nothing has shown equal bits yet.
      if (forecast.unproven !== undefined)
        return { icon: 'check', word: strings.numericallyClose, tone: 'fair' };
      return { icon: 'pass', word: strings.bitIdentical, tone: 'good' };
    case 'numerically-close':
      return { icon: 'check', word: strings.numericallyClose, tone: 'fair' };
    case 'not-the-same-run':
      return { icon: 'warning', word: strings.notTheSameRun, tone: 'bad' };
  }
}

export function availabilityLook({ availability }: ForecastItem, strings: ReportStrings): Look {
  switch (availability) {
    case 'here':
      return { icon: 'check', word: strings.availabilityHere, tone: 'good' };
    case 'fetchable':
      return { icon: 'down', word: strings.availabilityFetch, tone: 'fair' };
    case 'rebuildable':
      return { icon: 'sync', word: strings.availabilityRebuild, tone: 'fair' };
    case 'changed':
      return { icon: 'error', word: strings.differs, tone: 'bad' };
    case 'gone':
      return { icon: 'error', word: strings.availabilityGone, tone: 'bad' };
    case 'unknown':
      return { icon: 'question', word: strings.unknown, tone: 'quiet' };
  }
}

/** `2.2 GB from origin`, as far as it is known. */
export function amountText({ bytes, from }: ForecastItem, strings: ReportStrings): string {
  const amount = bytes === undefined || bytes === 0 ? undefined : formatBytes(bytes);
  if (from === undefined || from === '') return amount ?? '';
  const place = shorten(from, 200);
  return amount === undefined ? place : formatString(strings.bytesFrom, amount, place);
}

/** What comes before the command; '' where the environment is here. */
function environmentText({ items, preparation }: Forecast, strings: ReportStrings): string {
  if (preparation !== undefined)
    return formatString(strings.preparationTook, formatSeconds(preparation.ms / 1000));
  const made = items.some(
    ({ ingredient, availability }) => ingredient === 'environment' && availability === 'rebuildable',
  );
  return made ? strings.preparationUnknown : '';
}

/** Time, network and disk, a sentence each. */
export function costLines(forecast: Forecast, strings: ReportStrings): string[] {
  const { duration, disk, fetch } = forecast;
  const took = duration === undefined ? '' : formatSeconds(duration.ms / 1000);
  return [
    duration === undefined
      ? strings.durationUnknown
      : formatString(
          duration.basis === 'reproductions' ? strings.durationReproductions : strings.durationOriginal,
          took,
        ),
    environmentText(forecast, strings),
    fetch === 0 ? strings.nothingToFetch : formatString(strings.toFetch, formatBytes(fetch)),
    disk.free === undefined
      ? formatString(strings.disk, formatBytes(disk.needed))
      : formatString(strings.diskFree, formatBytes(disk.needed), formatBytes(disk.free)),
  ].filter(line => line !== '');
}
