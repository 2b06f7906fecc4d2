/**
 * What of a record names a person or their machine, replaced for those it is shared with: the home folder by a
 * placeholder that becomes the reader's own home folder, machines by a name that tells two of them apart and no more.
 */
export const homePlaceholder = '/~home';
/** What a path may follow: the beginning, what is no part of a path, `file://`, or an option such as -I. */
const begins = String.raw`(?<=^|[^\p{L}\p{N}_.~/\\-]|file:\/\/|(?:^|\s)-[A-Za-z])`;
const ends = String.raw`(?=$|[/\\:;,=\s"')\]}>&|])`;

export interface Neutral extends Person {
  /** The name that stands for a machine. */
  readonly machine: (host: string) => string;
}

export interface Person {
  /** Absolute; shorter ones than `/root` are left alone. */
  readonly home: string;
  /** Where the home folder really lies, if it is a link. */
  readonly realHome?: string;
  /** Names of the account: as a part of a path below a folder for people they name somebody, too. */
  readonly accounts?: readonly string[];
}

/** `text` without the home folder, and without the account in other people's paths: `/scratch/ana` → `/scratch/~user`. */
export function neutralText(text: string, { home, realHome, accounts = [] }: Person): string {
  // The longer one first: it may lie below the other.
  const homes = [home, realHome ?? home].filter(one => one.length >= 5).sort((a, b) => b.length - a.length);
  const withoutHomes = homes.reduce((rest, one) => rest.replace(pattern(one), homePlaceholder), text);
  const names = accounts.filter(one => one.length > 2 && !everybody.test(one));
  return names.reduce((rest, one) => rest.replace(accountPattern(one), '$<before>~user'), withoutHomes);
}

/** What of a person's the bytes of a file name, which nothing replaces; undefined for nothing. */
export function namedBy(bytes: Buffer, person: Person): 'your home folder' | 'your account' | undefined {
  const words = [person.home, person.realHome ?? person.home, ...(person.accounts ?? [])];
  // Most files name nobody, and some are large.
  if (!words.some(word => word !== '' && bytes.includes(word))) return undefined;
  const text = bytes.toString('utf8');
  if (neutralText(text, { ...person, accounts: [] }) !== text) return 'your home folder';
  return neutralText(text, person) === text ? undefined : 'your account';
}

/** Accounts that name nobody. */
const everybody =
  /^(?:root|user|users|home|ubuntu|debian|admin|administrator|runner|vscode|codespace|jovyan|node|coder|dev|developer|guest|data|work|test)$/i;

/**
 * Of absolute paths alone: what is relative is part of the project. Below a folder for people each has one, perhaps in
 * that of a group.
 */
function accountPattern(account: string): RegExp {
  const part = String.raw`[^\s\\/:"']+[\\/]`;
  const folders = String.raw`(?:home\d*|homes|users?|scratch\d*|work|people|staff|students)[\\/]`;
  const before = String.raw`(?<before>(?:[A-Za-z]:)?[\\/](?!~home)(?:${part}){0,3}${folders}(?:${part})?)`;
  return new RegExp(begins + before + escaped(account) + ends, 'giu');
}

/** For reading: `/~home/data.csv` is `~/data.csv`. */
export function withoutPlaceholder(text: string): string {
  return text.replaceAll(homePlaceholder, '~');
}

/** The opposite, for a reader whose home folder is `home`. */
export function localText(text: string, home: string): string {
  // A function, because a home folder may hold a dollar sign.
  return text.replace(pattern(homePlaceholder), () => home);
}

/** A JSON value with every text in it neutral, and machines by other names wherever a field says `host`. */
export function neutralValue(value: unknown, neutral: Neutral): unknown {
  return mapTexts(value, (text, field) =>
    field === 'host' ? neutral.machine(text) : neutralText(text, neutral).replace(gpuId, 'GPU-hidden'),
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
