/** Looks for secrets in a file and in all that is packed into it: an archive in an archive, and no deeper. */
import { findSecrets, findSecretsIn, secretByName } from './findSecrets.ts';
import { NotUnpacked, packedAs, unpack, unpackRoom, type UnpackRoom } from './unpack.ts';

export interface LookedAt {
  readonly secrets: readonly {
    /** From 1; 0 where the file as a whole is meant. */
    readonly line: number;
    /** What it looks like, and where in an archive; never the value. */
    readonly what: string;
  }[];
  /** Packing and why a part of it was not looked at; absent when all of it was. */
  readonly unread?: string;
}

const deepest = 2;
const most = 50;

/**
 * @param path Its name may say what it is.
 * @param room One for all files of a push: what is over it is not looked at, and told.
 */
export function lookForSecrets(path: string, content: Uint8Array, room = unpackRoom()): LookedAt {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const secrets: { line: number; what: string }[] = [...findSecretsIn(bytes)];
  if (/\.ipynb$/i.test(path)) secrets.push(...notebookSecrets(bytes).filter(isNew(secrets)));
  const packing = packedAs(bytes);
  if (packing === undefined) return { secrets };
  const inside: { line: number; what: string }[] = [];
  // What shows from outside, too, is said with its place alone; inside the same goes for archives in archives.
  const told = (): LookedAt['secrets'] => {
    const outside = secrets.filter(({ what }) => !inside.some(one => one.what.startsWith(what)));
    return [...outside, ...inside].slice(0, most);
  };
  try {
    lookInside(bytes, { packing, within: [], depth: 1 }, room, inside);
    return { secrets: told() };
  } catch (error) {
    if (!(error instanceof NotUnpacked)) throw error;
    return { secrets: told(), unread: [packing, error.place, error.message].filter(Boolean).join(': ') };
  }
}

interface Place {
  readonly packing: string;
  /** Names of the archives around it, the outermost aside. */
  readonly within: readonly string[];
  readonly depth: number;
}

function lookInside(
  bytes: Buffer,
  { packing, within, depth }: Place,
  room: UnpackRoom,
  secrets: { line: number; what: string }[],
): void {
  let trouble: NotUnpacked | undefined;
  for (const file of unpack(bytes, packing, room)) {
    if (secrets.length >= most) return;
    const place = [...within, file.name].filter(name => name !== '');
    const named = secretByName(file.name);
    const found = named === undefined ? findSecretsIn(file.bytes) : [named];
    if (named === undefined && /\.ipynb$/i.test(file.name))
      found.push(...notebookSecrets(file.bytes).filter(isNew(found)));
    const inner = packedAs(file.bytes);
    if (inner === undefined) {
      for (const { line, what } of found) secrets.push({ line: 0, what: `${what}${placeText(place, line)}` });
      continue;
    }
    const before = secrets.length;
    // What a gzip holds is as deep as the gzip: .tar.gz is one archive.
    const next = {
      packing: inner,
      within: place,
      depth: packing === 'gzip' && inner === 'tar' ? depth : depth + 1,
    };
    try {
      if (next.depth > deepest) throw new NotUnpacked('it holds archives in archives');
      lookInside(file.bytes, next, room, secrets);
    } catch (error) {
      if (!(error instanceof NotUnpacked)) throw error;
      // The others are still looked at.
      const where = place.length === 0 ? undefined : place.join(' › ');
      trouble ??= error.place === undefined ? new NotUnpacked(error.message, where) : error;
    }
    for (const { what } of found)
      if (!secrets.slice(before).some(one => one.what.startsWith(what)))
        secrets.push({ line: 0, what: `${what}${placeText(place, 0)}` });
  }
  if (trouble !== undefined) throw trouble;
}

function placeText(place: readonly string[], line: number): string {
  if (place.length === 0) return line === 0 ? '' : ` in line ${line} of what is packed`;
  return ` in ${place.join(' › ')}${line === 0 ? '' : `:${line}`}`;
}

/** Cells of a notebook hold their text in JSON, where quotes and line ends look otherwise. */
function notebookSecrets(bytes: Buffer): { line: number; what: string }[] {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return [];
  }
  const texts: string[] = [];
  const collect = (one: unknown, depth: number): void => {
    if (typeof one === 'string') texts.push(one);
    else if (Array.isArray(one) && one.every(part => typeof part === 'string')) texts.push(one.join(''));
    else if (typeof one === 'object' && one !== null && depth < 32)
      for (const part of Object.values(one)) collect(part, depth + 1);
  };
  collect(value, 0);
  return findSecrets(texts.join('\n')).map(({ what }) => ({ line: 0, what: `${what} in a cell` }));
}

/** What the text of the file has shown already is not said twice. */
function isNew(known: readonly { readonly what: string }[]): (one: { readonly what: string }) => boolean {
  const said = new Set(known.map(({ what }) => what));
  return ({ what }) => !said.has(what.replace(/ in a cell$/, ''));
}
