/**
 * Judges files that may hold metrics of this run: whether they are its own, hold metrics, and since when. What was found
 * out is remembered by inode, and what nobody could tell is asked again at a pace.
 */
import { open, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { headBytes } from '../../tracking/detectSource.ts';
import type { DetectedSource } from '../../tracking/detectSource.ts';
import type { Attribution } from './attribution.ts';
import { Doubts } from './doubts.ts';
import type { FileOrigins } from './fileOrigins.ts';
import type { SeenWrite } from './seenWrites.ts';

export interface CandidateOptions {
  readonly attribution: Attribution;
  readonly origins: FileOrigins;
  /** Undefined when nothing proves that the file holds metrics. */
  readonly detect: (path: string, head: Uint8Array) => DetectedSource | undefined;
  /** Where a file lies: below the run's own folders, in one that many programs share, or where nothing is looked for. */
  readonly placeOf: (path: string) => 'own' | 'shared' | 'nowhere';
  /** An earlier supervisor of this run has found out that the file is this run's. */
  readonly isKnown?: ((path: string) => boolean) | undefined;
}

/** A file to follow. */
export interface Candidate {
  /** Its first bytes. */
  readonly head: Uint8Array;
  readonly detected: DetectedSource;
  /** Bytes at its beginning that were there before the run. */
  readonly from: number;
  /** It was there before the run, and metrics of an earlier one may be in it. */
  readonly unsure: boolean;
  /** Who wrote it, where the hook saw that. */
  readonly seen: SeenWrite | undefined;
  readonly found: Stats;
}

/** Files of other runs that are remembered as such. */
const mostOthers = 100_000;

export class FileCandidates {
  readonly #options: CandidateOptions;
  /** Device and inode of what is followed, so that two names of one file are one source. */
  readonly #followed = new Map<string, string>();
  readonly #seen = new Map<string, SeenWrite>();
  readonly #undecided = new Set<string>();
  readonly #doubts = new Doubts();
  /** Inode of a file that is another run's. */
  readonly #anothers = new Map<string, number>();
  /** Inode of a file that was found to hold no metrics. */
  readonly #without = new Map<string, number>();

  constructor(options: CandidateOptions) {
    this.#options = options;
  }

  /** Files of this run or another: nobody could tell yet. */
  get undecided(): ReadonlySet<string> {
    return this.#undecided;
  }

  /** The hook saw it: it is this run's. */
  onSeen(write: SeenWrite): void {
    if (write.pid !== undefined) this.#options.attribution.remember(write.pid);
    if (!this.#seen.has(write.path)) this.#seen.set(write.path, write);
  }

  onFollowed(path: string, { found }: Candidate): void {
    this.#followed.set(`${found.dev} ${found.ino}`, path);
  }

  /**
   * Undefined for what is not followed, or not yet; milliseconds where it is to be asked again by itself.
   *
   * @param ending After the program's end: there is no later.
   */
  async judge(path: string, ending: boolean): Promise<Candidate | { readonly laterMs: number } | undefined> {
    const { attribution, origins, placeOf } = this.#options;
    const place = placeOf(path);
    if (place === 'nowhere') return undefined;
    const found = await statOf(path);
    if (found?.isFile() !== true) return undefined;
    const seen = this.#seen.get(path);
    const origin = origins.originOf(path, found, seen);
    if (origin.kind === 'unchanged' || found.size === 0) return undefined;
    if (this.#without.get(path) === found.ino || !(await this.#isFirstName(path, found))) return undefined;
    const isOurs = seen !== undefined || this.#options.isKnown?.(path) === true;
    if (!isOurs && !this.#isWorthAsking(path, found, ending)) return undefined;
    const head = await readHead(path);
    if (head === undefined) return undefined;
    const detected = this.#options.detect(path, head);
    if (detected === undefined) {
      if (head.length >= headBytes) this.#without.set(path, found.ino);
      return undefined;
    }
    // A database is shared by all who write to it: its reader tells them apart.
    const isDatabase = detected.form === 'database';
    const owner = isOurs ? 'this-run' : await attribution.ownerOf(path, place, !isDatabase);
    if (owner === 'unknown') {
      if (place === 'own') this.#undecided.add(path);
      const laterMs = this.#doubts.add(path, performance.now());
      return laterMs === undefined || ending ? undefined : { laterMs };
    }
    this.#undecided.delete(path);
    this.#doubts.settle(path);
    if (owner === 'another') {
      if (this.#anothers.size < mostOthers) this.#anothers.set(path, found.ino);
      return undefined;
    }
    return { head, detected, from: origin.from, unsure: origin.unsure && !isDatabase, seen, found };
  }

  /** What is another run's stays so; what is unknown is asked again at a pace, and at the end. */
  #isWorthAsking(path: string, { ino }: Stats, ending: boolean): boolean {
    if (this.#anothers.get(path) === ino) return false;
    return ending || this.#doubts.mayAsk(path, performance.now());
  }

  /** False for another name of a file that is followed. The number of a deleted file is soon another one's. */
  async #isFirstName(path: string, { dev, ino }: Stats): Promise<boolean> {
    const first = this.#followed.get(`${dev} ${ino}`);
    if (first === undefined || first === path) return true;
    const there = await stat(first).catch(() => undefined);
    return there?.ino !== ino || there.dev !== dev;
  }
}

/** What is written to a database may lie in its write-ahead log for long. */
async function statOf(path: string): Promise<Stats | undefined> {
  const found = await stat(path).catch(() => undefined);
  const log = path.endsWith('.db') ? await stat(`${path}-wal`).catch(() => undefined) : undefined;
  if (found !== undefined && log !== undefined) found.mtimeMs = Math.max(found.mtimeMs, log.mtimeMs);
  return found;
}

async function readHead(path: string): Promise<Uint8Array | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
