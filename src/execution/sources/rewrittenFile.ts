/** Follows a file that its writer writes as a whole: reads all of it after a change, the larger the more seldom. */
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import type { RewrittenReader, SourceContent } from '../../tracking/sourceReader.ts';
import { retryMs } from './followedFile.ts';
import type { FollowedFile, StepOutcome } from './followedFile.ts';
import type { ContentIntake } from './trainingIntake.ts';

export interface RewrittenFileOptions {
  readonly path: string;
  readonly intake: ContentIntake;
  readonly reader: RewrittenReader;
  /** Bytes that were there before the run and still stand at its beginning: shown to the reader, and not taken. */
  readonly from: number;
  /** How long a file must have stayed as it is before it is read: half of it may be worse than none. Milliseconds. */
  readonly settleMs: number;
  /** Leaves out of what was read what the run has from elsewhere. */
  readonly withoutKnown?: ((content: SourceContent) => Promise<SourceContent>) | undefined;
  /** False of a file that was put in its place meanwhile: then it is looked at again. Default: always true. */
  readonly isStill?: ((found: Stats) => boolean) | undefined;
  readonly onProblem: (text: string) => void;
}

const mostBytes = 256 * 1024 * 1024;
/** Reading takes at most one part of so many of the time. */
const share = 20;
/** A small file is read again this soon at the latest; the larger, the later. */
const shortestPauseMs = 20;
const newline = 0x0a;

export class RewrittenFile implements FollowedFile {
  readonly path: string;
  readonly #options: RewrittenFileOptions;
  #from: number;
  #content = Buffer.alloc(0);
  #time = Date.now();
  #stamp = '';
  #readerWaits = false;
  #notBefore = 0;
  #size = 0;
  /** A file in the middle of being written looks damaged: problems are told when it stays like that. */
  #problems: readonly string[] = [];
  #waitedSince: number | undefined;
  #ended = false;

  constructor(options: RewrittenFileOptions) {
    this.path = options.path;
    this.#options = options;
    this.#from = options.from;
  }

  async step(ending: boolean): Promise<StepOutcome> {
    if (!this.#options.intake.flush()) return retryMs;
    if (this.#readerWaits) {
      await this.#take(false);
      return 'more';
    }
    const wait = this.#notBefore - performance.now();
    if (!ending && wait > 0) return wait;
    const started = performance.now();
    const outcome = await this.#tryToRead(ending);
    if (outcome !== 'read') return outcome;
    await this.#take(false);
    const now = performance.now();
    const most = shortestPauseMs + (this.#size / 1024 ** 2) * 1_000;
    this.#notBefore = now + Math.min((now - started) * share, most);
    return 'more';
  }

  async end(): Promise<void> {
    if (this.#ended || this.#stamp === '') return;
    this.#ended = true;
    this.#stamp = '';
    if ((await this.#tryToRead(true)) === 'read')
      do await this.#take(true);
      while (this.#readerWaits);
    this.#options.intake.end();
    for (const problem of this.#problems) this.#options.onProblem(`${this.path}: ${problem}`);
  }

  release(): Promise<void> {
    if (!this.#readerWaits) this.#content = Buffer.alloc(0);
    return Promise.resolve();
  }

  async #tryToRead(ending: boolean): Promise<'read' | StepOutcome> {
    try {
      const outcome = await this.#read(ending);
      if (outcome === 'read' && this.#from > 0) this.#passOver();
      return outcome;
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT')
        this.#options.onProblem(`${this.path} cannot be read: ${errorText(error)}`);
      return 'done';
    }
  }

  /** Shows the reader what was there before the run, where whole lines of it still stand. */
  #passOver(): void {
    if (this.#content.length >= this.#from && this.#content[this.#from - 1] === newline) {
      const old = this.#content.subarray(0, this.#from);
      while (this.#options.reader.read(old, this.#time).more === true);
    }
    this.#from = 0;
  }

  /** The whole content, when it has changed since. */
  async #read(ending: boolean): Promise<'read' | StepOutcome> {
    const handle = await open(this.path, 'r');
    try {
      const found = await handle.stat();
      const { size, mtimeMs, ino } = found;
      if (this.#options.isStill?.(found) === false) return ending ? 'done' : shortestPauseMs;
      const stamp = `${ino} ${size} ${mtimeMs}`;
      if (stamp === this.#stamp) return 'done';
      if (!ending && this.#isUnsettled(mtimeMs)) return this.#options.settleMs;
      if (size > mostBytes) {
        this.#options.onProblem(
          `${this.path} has grown beyond ${mostBytes / 1024 ** 2} MiB: what is added to it is left out.`,
        );
        this.#stamp = stamp;
        return 'done';
      }
      const content = Buffer.allocUnsafe(size);
      const { bytesRead } = await handle.read(content, 0, size, 0);
      this.#content = content.subarray(0, bytesRead);
      this.#size = size;
      this.#time = Math.min(mtimeMs, Date.now());
      // A time of this very moment may stand for another change, too; and a network may give less than was asked for.
      const again = bytesRead < size || Date.now() - mtimeMs < 20;
      this.#stamp = !ending && again ? 'fresh' : stamp;
      this.#waitedSince = undefined;
      return 'read';
    } finally {
      await handle.close();
    }
  }

  #isUnsettled(mtimeMs: number): boolean {
    const { settleMs } = this.#options;
    if (settleMs === 0) return false;
    const now = Date.now();
    this.#waitedSince ??= now;
    return now - mtimeMs < settleMs && now - this.#waitedSince < settleMs * 10;
  }

  async #take(ended: boolean): Promise<void> {
    const { withoutKnown } = this.#options;
    const content: SourceContent = this.#options.reader.read(this.#content, this.#time, ended);
    this.#readerWaits = content.more === true;
    this.#problems = [...new Set([...this.#problems, ...content.problems])].slice(0, 20);
    const fresh = withoutKnown === undefined ? content : await withoutKnown(content);
    this.#options.intake.take({ ...fresh, problems: [] });
    if (!this.#readerWaits && !ended) this.#content = Buffer.alloc(0);
  }
}
