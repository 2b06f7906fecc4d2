/**
 * The tags of one event file. The same few come a million times, so their bytes are compared before they are made
 * text. Invariant: bounded, whatever a file holds.
 */
import type { SeriesBuilder } from '../../runs/seriesBuilder.ts';
import { boundedKey } from '../metricNames.ts';

/** Powers of two. A run may have thousands of files with one tag each, or one with thousands. */
const fewestRecent = 32;
const mostRecent = 8192;
/** Tags that were made to share a place take longer, and not longer than that. */
const mostProbes = 8;
const longestTag = 4096;
const mostTags = 100_000;

export class EventTag {
  /** As metrics are called: bounded, never empty. */
  readonly key: string;
  /** As its first value said; later ones do not say it again. */
  plugin: string | undefined;
  /** Where its scalars go when they are kept as columns. */
  series: SeriesBuilder | undefined;
  /** UTF-8 as written. */
  readonly bytes: Uint8Array;

  constructor(text: string, bytes: Uint8Array) {
    this.key = text === '' ? 'unnamed' : boundedKey(text);
    this.bytes = bytes;
  }
}

export class EventTags {
  #recent: (EventTag | undefined)[] = new Array<undefined>(fewestRecent).fill(undefined);
  /** Decides what the recent ones do not know; unlike them it cannot be made slow. */
  readonly #all = new Map<string, EventTag>();
  readonly #onProblem: (problem: string) => void;

  constructor(onProblem: (problem: string) => void) {
    this.#onProblem = onProblem;
  }

  /** The tag that `bytes[from, to)` names; undefined, and told, when it is one too many or too long. */
  at(bytes: Uint8Array, from: number, to: number): EventTag | undefined {
    // FNV-1a.
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
    const recent = this.#recent;
    for (let probe = 0; probe < mostProbes; probe++) {
      const place = (hash + probe) & (recent.length - 1);
      const tag = recent[place];
      if (tag === undefined) return (recent[place] = this.#find(bytes, from, to));
      if (isAt(tag.bytes, bytes, from, to)) return tag;
    }
    return this.#find(bytes, from, to);
  }

  #find(bytes: Uint8Array, from: number, to: number): EventTag | undefined {
    if (to - from > longestTag) {
      this.#onProblem(`A tag of more than ${longestTag} bytes is left out.`);
      return undefined;
    }
    const own = new Uint8Array(bytes.subarray(from, to));
    const text = Buffer.from(own.buffer).toString('utf8');
    let tag = this.#all.get(text);
    if (tag !== undefined) return tag;
    if (this.#all.size >= mostTags) {
      this.#onProblem(`Of more than ${mostTags} tags the further ones are left out.`);
      return undefined;
    }
    tag = new EventTag(text, own);
    this.#all.set(text, tag);
    const { length } = this.#recent;
    if (this.#all.size > length / 2 && length < mostRecent)
      this.#recent = new Array<undefined>(length * 4).fill(undefined);
    return tag;
  }
}

function isAt(tag: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (tag.length !== to - from) return false;
  for (let at = 0; at < tag.length; at++) if (tag[at] !== bytes[from + at]) return false;
  return true;
}
