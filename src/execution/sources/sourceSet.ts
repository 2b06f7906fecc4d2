/** The files that hold metrics of this run, read in turns, so that everything else in the process gets its turn, too. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DetectedSource } from '../../tracking/detectSource.ts';
import { byStart, eventFileName } from '../../tracking/tensorboard/eventFileName.ts';
import { FileCandidates } from './fileCandidates.ts';
import type { CandidateOptions } from './fileCandidates.ts';
import { retryMs } from './followedFile.ts';
import type { FollowedFile } from './followedFile.ts';
import type { SeenWrite } from './seenWrites.ts';

export interface FoundFile {
  readonly path: string;
  /** Its first bytes. */
  readonly head: Uint8Array;
  /** Bytes at its beginning that were there before the run. */
  readonly from: number;
  readonly rank: number | undefined;
  /** Of its writer, where known. */
  readonly pid: number | undefined;
}

export interface SourceSetOptions extends CandidateOptions {
  readonly follow: (found: FoundFile, detected: DetectedSource) => FollowedFile;
  /** The rank of a process of this run. */
  readonly rankOf: (pid: number) => Promise<number | undefined>;
  /** How a file is called in messages. */
  readonly nameOf: (path: string) => string;
  /** A file is followed from now on. */
  readonly onFollowed?: ((path: string, detected: DetectedSource) => void) | undefined;
  readonly onProblem: (text: string) => void;
}

/** What a program writes beyond is left out, and told. */
const mostFiles = 10_000;
const mostOpen = 64;
/** How long the end of a run waits for what cannot be written, milliseconds. */
const patienceMs = 10_000;

export class SourceSet {
  readonly #options: SourceSetOptions;
  readonly #files = new Map<string, FollowedFile>();
  readonly #candidates: FileCandidates;
  /** Files that may be open, the one that was read last at the end. */
  readonly #open = new Set<string>();
  /** When files were made, milliseconds since the epoch. */
  readonly #births = new Map<string, number>();
  readonly #dirty = new Set<string>();
  readonly #postponed = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #pumping: Promise<void> | undefined;
  #ending = false;
  #closed = false;
  #toldMost = false;

  constructor(options: SourceSetOptions) {
    this.#options = options;
    this.#candidates = new FileCandidates(options);
  }

  /** Those that are followed, the newest last. */
  get paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Follows a file that needs no proof. */
  add(file: FollowedFile): void {
    this.#files.set(file.path, file);
    this.notice(file.path);
  }

  /** The hook saw it: it is this run's. */
  onSeen(write: SeenWrite): void {
    this.#candidates.onSeen(write);
    this.notice(write.path);
  }

  /** The file is there, or has changed. */
  notice(path: string): void {
    if (this.#closed) return;
    this.#dirty.add(path);
    this.#start();
  }

  noticeAll(): void {
    for (const path of [...this.#files.keys(), ...this.#candidates.undecided]) this.notice(path);
  }

  /** Resolves when all that was noticed is read. */
  async settled(): Promise<void> {
    while (this.#pumping !== undefined) await this.#pumping;
  }

  /** After the program's end: reads everything that was noticed to its end, and what waits for its turn later. */
  async finish(): Promise<void> {
    this.#ending = true;
    this.#options.attribution.lookAnew();
    const giveUp = performance.now() + patienceMs;
    do {
      for (const timer of this.#timers) clearTimeout(timer);
      this.#timers.clear();
      for (const path of this.#postponed) this.notice(path);
      this.#postponed.clear();
      await this.settled();
      // Nothing is noticed any more but what could not be taken.
      if (this.#postponed.size > 0) await delay(retryMs);
    } while (this.#postponed.size > 0 && performance.now() < giveUp);
    if (this.#postponed.size > 0)
      this.#options.onProblem(
        `The newest metrics of ${[...this.#postponed].map(this.#options.nameOf).join(', ')} could not be written.`,
      );
    for (const file of this.#files.values()) await file.end();
    this.#tellUndecided();
  }

  #tellUndecided(): void {
    if (this.#candidates.undecided.size === 0) return;
    const names = [...this.#candidates.undecided].map(this.#options.nameOf);
    const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
    this.#options.onProblem(
      `Another run was live in the same folder, so nobody could tell whose metrics are in ${names.slice(0, 3).join(', ')}${more}: they are in no run.`,
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#dirty.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    await this.settled();
    for (const file of this.#files.values()) await file.release();
  }

  #start(): void {
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined;
      // Something may have been noticed just after the last look.
      if (this.#dirty.size > 0 && !this.#closed) this.#start();
    });
  }

  async #pump(): Promise<void> {
    // So that what is noticed together is put in order together.
    await Promise.resolve();
    while (this.#dirty.size > 0) {
      // In the order of their writers' start, which decides what is the run and how folders are called.
      for (const path of this.#inOrder()) {
        this.#dirty.delete(path);
        if (this.#isClosed()) return;
        await this.#turn(path).catch((error: unknown) =>
          this.#options.onProblem(`${this.#options.nameOf(path)} cannot be followed: ${String(error)}`),
        );
      }
    }
  }

  #inOrder(): string[] {
    const paths = [...this.#dirty];
    if (paths.length === 1) return paths;
    const births = new Map(paths.map(path => [path, this.#birthOf(path)]));
    const birth = (path: string): number => births.get(path) ?? 0;
    const start = (path: string): number => eventFileName(basename(path))?.seconds ?? birth(path) / 1000;
    // Names of event files tell whole seconds.
    return paths.sort(
      (a, b) => Math.floor(start(a)) - Math.floor(start(b)) || birth(a) - birth(b) || byStart(a, b),
    );
  }

  #birthOf(path: string): number {
    const known = this.#births.get(path);
    if (known !== undefined) return known;
    const birth = statSync(path, { throwIfNoEntry: false })?.birthtimeMs ?? 0;
    if (this.#births.size < mostFiles) this.#births.set(path, birth);
    return birth;
  }

  async #turn(path: string): Promise<void> {
    const file = this.#files.get(path) ?? (await this.#consider(path));
    if (file === undefined) return;
    const outcome = await file.step(this.#ending);
    await this.#keepFewOpen(path);
    if (outcome === 'more') this.#dirty.add(path);
    else if (outcome !== 'done') this.#later(path, outcome);
  }

  /** A process may open about a thousand files, and a search for parameters writes one for each trial. */
  async #keepFewOpen(path: string): Promise<void> {
    this.#open.delete(path);
    this.#open.add(path);
    if (this.#open.size <= mostOpen) return;
    const [oldest = ''] = this.#open;
    this.#open.delete(oldest);
    await this.#files.get(oldest)?.release();
  }

  #later(path: string, ms: number): void {
    this.#postponed.add(path);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#postponed.delete(path);
      this.notice(path);
    }, ms);
    this.#timers.add(timer);
  }

  async #consider(path: string): Promise<FollowedFile | undefined> {
    const { nameOf, onProblem, follow, onFollowed } = this.#options;
    const candidate = await this.#candidates.judge(path, this.#ending);
    if (candidate === undefined) return undefined;
    if ('laterMs' in candidate) {
      this.#later(path, candidate.laterMs);
      return undefined;
    }
    if (this.#files.size >= mostFiles) {
      if (!this.#toldMost) onProblem(`Metrics of more than ${mostFiles} files are not followed.`);
      this.#toldMost = true;
      return undefined;
    }
    const { head, from, detected, seen } = candidate;
    const rank = await this.#rankOf(path, seen);
    const pid = seen?.pid ?? eventFileName(basename(path))?.pid;
    const file = follow({ path, head, from, rank, pid }, detected);
    if (candidate.unsure)
      onProblem(
        `${nameOf(path)} was there before the run: metrics of an earlier run may be among those of this one.`,
      );
    this.#files.set(path, file);
    this.#candidates.onFollowed(path, candidate);
    onFollowed?.(path, detected);
    return file;
  }

  async #rankOf(path: string, seen: SeenWrite | undefined): Promise<number | undefined> {
    if (seen !== undefined) return seen.rank;
    const pid = eventFileName(basename(path))?.pid;
    return pid === undefined ? undefined : this.#options.rankOf(pid);
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}
