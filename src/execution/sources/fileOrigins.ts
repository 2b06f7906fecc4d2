/**
 * Tells from which byte on a file is of this run: what it held before is an earlier run's. Known for certain where the
 * Python hook saw it opened, or where it was met before it changed; else by its times.
 */
import type { Stats } from 'node:fs';
import type { SeenWrite } from './seenWrites.ts';

export type FileOrigin =
  /** Nothing was written to it since the start. */
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'ours';
      /** Bytes at its beginning that are not. */
      readonly from: number;
      /** It was there before, and what it held then is not known. */
      readonly unsure: boolean;
    };

interface Met {
  readonly inode: number;
  readonly size: number;
}

/** The times of files come from a coarser clock, which lags by a tick. */
const slackMs = 20;
const mostMet = 100_000;

export class FileOrigins {
  readonly #startedAt: number;
  readonly #met = new Map<string, Met>();

  /** @param startedAt Of the command, milliseconds since the epoch. */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** @param seen What the hook told when the file was first opened for writing. */
  originOf(path: string, found: Stats, seen: SeenWrite | undefined): FileOrigin {
    const isOld = found.mtimeMs < this.#startedAt - slackMs;
    const met = this.#met.get(path);
    if (isOld) {
      if (met === undefined && this.#met.size < mostMet)
        this.#met.set(path, { inode: found.ino, size: found.size });
      // The hook tells of a file before it is opened: it may hold the old content still.
      return { kind: 'unchanged' };
    }
    if (seen !== undefined) return { kind: 'ours', from: seen.anew ? 0 : (seen.size ?? 0), unsure: false };
    if (met !== undefined)
      return { kind: 'ours', from: met.inode === found.ino ? met.size : 0, unsure: false };
    const isNew = found.birthtimeMs >= this.#startedAt - slackMs;
    return { kind: 'ours', from: 0, unsure: !isNew };
  }
}
