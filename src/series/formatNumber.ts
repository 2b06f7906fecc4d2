/** How numbers are written on charts and in reports: short, the same everywhere, NaN and infinities as words. */

/** Up to `digits` significant digits; very large and very small values with an exponent. */
export function formatNumber(value: number, digits = 5): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return minus(String(value));
  if (size >= 1e7 || size < 1e-4) return minus(trimZeros(value.toExponential(Math.max(0, digits - 1))));
  return minus(trimZeros(value.toPrecision(digits)));
}

/** A relative difference with two digits: `3e-4`, `0.12`. Nobody needs more of it. */
export function formatRelative(value: number): string {
  return formatNumber(value, 2);
}

/** A time span on an axis or in a sentence: `0.4 s`, `12 s`, `3 m 5 s`, `2 h 10 m`, `3 d 4 h`. */
export function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? '−' : '';
  if (size < 10 && !Number.isInteger(size)) return `${sign}${trimZeros(size.toPrecision(2))} s`;
  const whole = Math.round(size);
  if (whole < 60) return `${sign}${whole} s`;
  const [large, small] =
    whole < 3600
      ? [`${Math.floor(whole / 60)} m`, whole % 60 === 0 ? '' : ` ${whole % 60} s`]
      : whole < 86_400
        ? [`${Math.floor(whole / 3600)} h`, pair(Math.floor((whole % 3600) / 60), 'm')]
        : [`${Math.floor(whole / 86_400)} d`, pair(Math.floor((whole % 86_400) / 3600), 'h')];
  return sign + large + small;
}

function pair(count: number, unit: string): string {
  return count === 0 ? '' : ` ${count} ${unit}`;
}

function trimZeros(text: string): string {
  const [mantissa = '', exponent] = text.split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return exponent === undefined ? short : `${short}e${exponent.replace('+', '')}`;
}

function minus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text;
}
