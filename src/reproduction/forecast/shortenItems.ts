/** A page of a forecast that people and editors can hold: what matters stays, however many files a run read. */
import type { ForecastItem } from '../../runs/forecast.ts';
import { sumBytes } from './wholeBytes.ts';

const mostShown = 200;

/** Everything that is not simply here is kept as long as it can be read. */
export function shortenItems(items: readonly ForecastItem[]): ForecastItem[] {
  if (items.length <= mostShown) return [...items];
  const kept = [...items].sort((one, other) => weight(one) - weight(other)).slice(0, mostShown);
  const rest = items.length - mostShown;
  const left = items.filter(one => !kept.includes(one));
  return [
    ...items.filter(one => kept.includes(one)),
    {
      ...{ ingredient: 'data', what: `${rest} more`, bytes: sumBytes(left.map(one => one.bytes)) },
      availability: left.some(one => one.availability === 'gone')
        ? 'gone'
        : (left[0]?.availability ?? 'unknown'),
    },
  ];
}

const weights: readonly ForecastItem['availability'][] = [
  'gone',
  'changed',
  'unknown',
  'rebuildable',
  'fetchable',
  'here',
];

function weight({ ingredient, availability }: ForecastItem): number {
  return ingredient === 'data' ? weights.indexOf(availability) : -1;
}
