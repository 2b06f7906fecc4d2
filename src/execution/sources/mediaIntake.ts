/**
 * Puts images, texts and histograms into the run: bytes become files named by their content, written before the line
 * that names them. What is in the run already (a source read again after a restart) is not added twice.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMediaLines } from '../../runs/media.ts';
import type { MediaEntry } from '../../runs/media.ts';
import { mediaEnding } from '../../tracking/mediaEnding.ts';
import type { MediaPiece } from '../../tracking/sourceReader.ts';
import type { TrackedRun } from '../../tracking/trackedRun.ts';

/** Of all media of a run; what comes after is left out, and that is told. */
const mostBytes = 2 * 1024 ** 3;
const mostEntries = 200_000;

export class MediaIntake {
  readonly #run: TrackedRun;
  readonly #onProblem: (text: string) => void;
  #known: Set<string> | undefined;
  #bytes = 0;

  constructor(run: TrackedRun, onProblem: (text: string) => void) {
    this.#run = run;
    this.#onProblem = onProblem;
  }

  /** Throws when it cannot be written now; then nothing of it is in the run. */
  take(piece: MediaPiece, rank: number | undefined): void {
    const known = (this.#known ??= this.#readKnown());
    const mark = markOf(piece, rank);
    if (known.has(mark)) return;
    const size = piece.bytes?.length ?? (piece.text?.length ?? 0) + (piece.histogram?.ends.length ?? 0) * 16;
    if (known.size >= mostEntries || this.#bytes + size > mostBytes) {
      this.#onProblem(
        'The run has more images, texts and histograms than are kept: the newest are left out.',
      );
      return;
    }
    const { kind, key, step, time, mediaType, text, histogram, width, height } = piece;
    const entry: MediaEntry = {
      ...{ kind, key, step, time },
      ...(rank === undefined ? {} : { rank }),
      ...(piece.bytes === undefined ? {} : { file: this.#store(piece.bytes, mediaType) }),
      ...(mediaType === undefined ? {} : { mediaType }),
      ...(text === undefined ? {} : { text }),
      ...(histogram === undefined ? {} : { histogram }),
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    };
    this.#run.media(entry);
    known.add(mark);
    this.#bytes += size;
  }

  /** Relative to the run folder. */
  #store(bytes: Uint8Array, mediaType: string | undefined): string {
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    const name = hash + (mediaEnding(mediaType) ?? '.bin');
    const folder = this.#run.paths.mediaFiles;
    const path = join(folder, name);
    if (sizeOf(path) !== bytes.length) {
      mkdirSync(folder, { recursive: true });
      const unfinished = join(folder, `.${name}.tmp`);
      writeFileSync(unfinished, bytes);
      renameSync(unfinished, path);
    }
    return `media/${name}`;
  }

  #readKnown(): Set<string> {
    let text = '';
    try {
      text = readFileSync(this.#run.paths.media, 'utf8');
    } catch {
      // Nothing was logged yet.
    }
    this.#bytes = text.length;
    const known = new Set<string>();
    for (const entry of readMediaLines(text)) {
      known.add(markOf(entry, entry.rank));
      if (entry.file !== undefined) this.#bytes += sizeOf(join(this.#run.paths.dir, entry.file)) ?? 0;
    }
    return known;
  }
}

function markOf(
  { kind, key, step, time }: Pick<MediaEntry, 'kind' | 'key' | 'step' | 'time'>,
  rank: number | undefined,
): string {
  return JSON.stringify([kind, key, step, time, rank ?? null]);
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
