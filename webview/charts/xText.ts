import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import type { XAxis } from '../../src/series/chartSeries.ts';
import { formatNumber, formatSeconds } from '../../src/series/formatNumber.ts';

/** A place on the x axis as words: `step 12`, `3 m 5 s`, a date. */
export function xText(x: number, axis: XAxis, strings: ChartsStrings): string {
  switch (axis) {
    case 'step':
      return formatString(strings.atStep, formatNumber(x, 9));
    case 'relative':
      return formatSeconds(x);
    case 'wall':
      return new Date(x * 1000).toLocaleString();
  }
}
