/** Which ingredients a reproduction cannot do without. */
import type { ForecastItem } from '../../runs/forecast.ts';

/** Without it the reproduction is another run, or none. Hardware and settings decide how close it gets, not whether. */
export function isNeeded({ ingredient }: Pick<ForecastItem, 'ingredient'>): boolean {
  return ingredient === 'code' || ingredient === 'data' || ingredient === 'environment';
}
