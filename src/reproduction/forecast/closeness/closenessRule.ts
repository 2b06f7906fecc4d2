/** The form of a rule about how close a reproduction can get. */
import type { Closeness, ForecastLimit } from '../../../runs/forecast.ts';
import type { ComputeSide } from './computeSide.ts';

export interface ClosenessRule {
  readonly name: string;
  readonly ingredient: ForecastLimit['ingredient'];
  readonly closeness: Closeness;
  /** The sentence of the limit, undefined where the rule has nothing to object. */
  readonly judge: (original: ComputeSide, now: ComputeSide) => string | undefined;
}
