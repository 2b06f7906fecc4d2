/** Follows a file of DVCLive, of one training after the other: each has its own reader. */
import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { isReplaced } from './dvcLiveFolders.ts';
import { retryMs } from './followedFile.ts';
import type { FollowedFile, StepOutcome } from './followedFile.ts';

export interface DvcLiveFileOptions {
  readonly path: string;
  /** Which training the file is of now. Throws when it cannot be written. */
  readonly placeOf: (now: Stats) => number;
  /** @param isStill False of a file that was put in its place. */
  readonly open: (place: number, isStill: (found: Stats) => boolean) => FollowedFile;
}

export class DvcLiveFile implements FollowedFile {
  readonly path: string;
  readonly #options: DvcLiveFileOptions;
  #place: number | undefined;
  #file: FollowedFile | undefined;

  constructor(options: DvcLiveFileOptions) {
    this.path = options.path;
    this.#options = options;
  }

  async step(ending: boolean): Promise<StepOutcome> {
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (now !== undefined) {
      let place: number;
      try {
        place = this.#options.placeOf(now);
      } catch {
        return retryMs;
      }
      if (place !== this.#place) {
        await this.#file?.release();
        this.#file = this.#options.open(place, found => !isReplaced(this.path, now, found));
        this.#place = place;
      }
    }
    return (await this.#file?.step(ending)) ?? 'done';
  }

  async end(): Promise<void> {
    await this.#file?.end();
  }

  async release(): Promise<void> {
    await this.#file?.release();
  }
}
