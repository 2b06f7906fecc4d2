/**
 * Student's t distribution: how far out a value lies that is seen once in so many cases, when the spread itself was
 * estimated from a few values. Formulas: Abramowitz and Stegun, 26.5.8 (continued fraction of the incomplete beta
 * function) and 26.7.1.
 */

/** The t that is exceeded with probability `tail` (one side), for `freedom` degrees of freedom, any number above 0. */
export function studentQuantile(tail: number, freedom: number): number {
  if (tail >= 0.5) return 0;
  // The tail falls with t; its logarithm is smooth, so halving the interval of log t ends with all digits.
  let low = -20;
  let high = 20;
  while (upperTail(Math.exp(high), freedom) > tail && high < 700) high *= 2;
  for (let round = 0; round < 200 && high - low > 1e-12; round += 1) {
    const middle = (low + high) / 2;
    if (upperTail(Math.exp(middle), freedom) > tail) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

/** P(T > t) for t > 0. */
export function upperTail(t: number, freedom: number): number {
  return 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** The regularised one, I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** By Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const safe = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 500; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    const change = d * c;
    result *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return result;
}

/** Lanczos' approximation, g = 7, nine terms; 15 digits for arguments above 0. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const terms = [
    0.999_999_999_999_809_93, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_13,
    -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
  ];
  const [first = 0, ...rest] = terms;
  const sum = rest.reduce((total, term, at) => total + term / (x + at), first);
  const base = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}
