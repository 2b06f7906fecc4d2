/** What a curve itself does: what a noise band is measured by where little is known of the noise. */

export interface CurveReach {
  /** By how much it changes from one point to the next, on average. */
  readonly change: number;
  /** From its least to its greatest value; undefined where it has too few points to say. */
  readonly range: number | undefined;
  /** Its largest value, whatever the sign. */
  readonly level: number;
}

/** Fewer points do not show what a metric covers. */
const enoughPoints = 10;

/** What is no number tells nothing. */
export function curveReach(values: Float64Array): CurveReach {
  let [sum, changes, points] = [0, 0, 0];
  let [least, greatest] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? NaN;
    const change = Math.abs(value - (values[at - 1] ?? NaN));
    if (Number.isFinite(change)) {
      sum += change;
      changes += 1;
    }
    if (!Number.isFinite(value)) continue;
    points += 1;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return {
    change: changes === 0 ? 0 : sum / changes,
    range: points < enoughPoints ? undefined : greatest - least,
    level: points === 0 ? 0 : Math.max(Math.abs(least), Math.abs(greatest)),
  };
}
