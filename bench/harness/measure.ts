/**
 * Measuring on machines with noise: sides take turns in one process tree, so that a slow minute hits all of them, and
 * what is told is the minimum, the median and the maximum.
 */
export interface Side {
  readonly name: string;
  /** One measured act; resolves when it is done. What it resolves with, when a number, is the measured value instead of the time. */
  readonly act: (round: number) => Promise<unknown>;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface Measured {
  readonly name: string;
  /** One value a round, in the order of the rounds: milliseconds, or what the act resolved with. */
  readonly values: readonly number[];
  readonly spread: Spread;
}

/** Lets the sides take turns for `rounds` rounds after `warmUps` uncounted ones. */
export async function measure(
  sides: readonly Side[],
  rounds: number,
  warmUps = 1,
): Promise<readonly Measured[]> {
  const values = new Map(sides.map(side => [side.name, [] as number[]]));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const { name, act } of sides) {
      const start = performance.now();
      const told = await act(round);
      const value = typeof told === 'number' ? told : performance.now() - start;
      if (round >= 0) values.get(name)?.push(value);
    }
  }
  return sides.map(({ name }) => {
    const own = values.get(name) ?? [];
    return { name, values: own, spread: spreadOf(own) };
  });
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  };
}

/** Value by value: how many times `a` is as large as `b` of the same round. */
export function ratios(a: Measured, b: Measured): Spread {
  return spreadOf(a.values.map((value, round) => value / (b.values[round] ?? Number.NaN)));
}
