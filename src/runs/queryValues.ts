/** Values as people write them in filters. Each function gives undefined for what is no such value. */

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Decimal, with an exponent perhaps; `nan`, `inf`, `-inf` and `infinity` in any case. */
export function parseNumber(text: string): number | undefined {
  if (numberPattern.test(text)) return Number(text);
  const word = text.toLowerCase();
  if (word === 'nan') return Number.NaN;
  const infinite = /^([+-]?)inf(inity)?$/.exec(word);
  if (infinite === null) return undefined;
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

/** Milliseconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^([\d.e+-]+?)(ms|s|m|h|d|w)?$/i.exec(text);
  const amount = match?.[1] === undefined ? undefined : parseNumber(match[1]);
  const unit = unitMs.get((match?.[2] ?? '').toLowerCase());
  return amount === undefined || unit === undefined ? undefined : amount * unit;
}

/** A stretch of time: one day, or one millisecond. Milliseconds since the epoch, `until` is not part of it. */
export interface TimeSpan {
  readonly from: number;
  readonly until: number;
}

/** Local time unless an offset is given. @param now Milliseconds since the epoch, for `today` and `yesterday`. */
export function parseTime(text: string, now: number): TimeSpan | undefined {
  const word = text.toLowerCase();
  if (word === 'today' || word === 'yesterday') {
    const day = new Date(now);
    const back = word === 'today' ? 0 : 1;
    return dayOf(day.getFullYear(), day.getMonth(), day.getDate() - back);
  }
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (date !== null) {
    const [year, month, day] = [Number(date[1]), Number(date[2]) - 1, Number(date[3])];
    const whole = new Date(year, month, day);
    return whole.getMonth() === month && whole.getDate() === day ? dayOf(year, month, day) : undefined;
  }
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i.test(text))
    return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : { from: time, until: time + 1 };
}

function dayOf(year: number, month: number, day: number): TimeSpan {
  return { from: new Date(year, month, day).getTime(), until: new Date(year, month, day + 1).getTime() };
}
