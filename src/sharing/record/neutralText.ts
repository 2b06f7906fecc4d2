/**
 * What of a record names a person or their machine, replaced for those it is shared with: the home folder by a
 * placeholder that becomes the reader's own home folder, machines by a name that tells two of them apart and no more.
 */
const placeholder = '/~home';
/** What a path may follow: the beginning, what is no part of a path, `file://`, or an option such as -I. */
const begins = String.raw`(?<=^|[^\p{L}\p{N}_.~/\\-]|file:\/\/|(?:^|\s)-[A-Za-z])`;
const ends = String.raw`(?=$|[/\\:;,=\s"')\]}>&|])`;

export interface Neutral {
  /** Absolute; shorter ones than `/root` are left alone. */
  readonly home: string;
  /** The name that stands for a machine. */
  readonly machine: (host: string) => string;
}

/** `text` without the home folder. */
export function neutralText(text: string, home: string): string {
  return home.length < 5 ? text : text.replace(pattern(home), placeholder);
}

/** The opposite, for a reader whose home folder is `home`. */
export function localText(text: string, home: string): string {
  // A function, because a home folder may hold a dollar sign.
  return text.replace(pattern(placeholder), () => home);
}

/** A JSON value with every text in it neutral, and machines by other names wherever a field says `host`. */
export function neutralValue(value: unknown, neutral: Neutral): unknown {
  return mapTexts(value, (text, field) =>
    field === 'host' ? neutral.machine(text) : neutralText(text, neutral.home).replace(gpuId, 'GPU-hidden'),
  );
}

export function localValue(value: unknown, home: string): unknown {
  return mapTexts(value, text => localText(text, home));
}

/** Names that {@link Neutral.machine} gave already stay. */
export function isMachineName(host: string): boolean {
  return /^machine-[0-9a-f]{6}$/.test(host);
}

/** Graphics cards have an id of their own, which names one machine for ever. */
const gpuId = /\bGPU-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

function pattern(path: string): RegExp {
  return new RegExp(begins + escaped(path) + ends, 'gu');
}

function mapTexts(value: unknown, map: (text: string, field?: string) => string, field?: string): unknown {
  if (typeof value === 'string') return map(value, field);
  if (Array.isArray(value)) return value.map(one => mapTexts(one, map));
  if (typeof value !== 'object' || value === null) return value;
  // fromEntries makes own properties of every key, `__proto__` included.
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [map(key), mapTexts(one, map, key)] as const),
  );
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
