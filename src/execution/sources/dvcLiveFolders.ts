/**
 * Counts the trainings that DVCLive logs into one folder, one after the other: a new `Live` without `resume=True`
 * deletes the files of the one before it. Kept in the record, so that a later supervisor counts on.
 */
import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { TrackedRun } from '../../tracking/trackedRun.ts';
import { hasBirthTimes } from './birthTimes.ts';

type Identity = Pick<Stats, 'ino' | 'birthtimeMs' | 'size'>;

interface Folder {
  place: number;
  readonly files: Map<string, Identity>;
}

/** Files of a training that tell it from the next one. */
const mostFiles = 2_000;

export class DvcLiveFolders {
  readonly #main: TrackedRun;
  readonly #nameOf: (path: string) => string;
  readonly #folders = new Map<string, Folder>();

  /** @param nameOf Of a path in the record. */
  constructor(main: TrackedRun, nameOf: (path: string) => string) {
    this.#main = main;
    this.#nameOf = nameOf;
  }

  /**
   * Which training of the folder, from 0 on, the file is of as it is now. Throws when it cannot be written.
   * @param folder That holds `plots`, `metrics.json` and `params.yaml`.
   */
  placeOf(folder: string, path: string, now: Stats): number {
    const known = this.#folder(folder);
    const before = known.files.get(path);
    const isAnother =
      before === undefined || isImage(path)
        ? this.#isOfAnother(path, now, known)
        : isReplaced(path, before, now);
    if (isAnother) {
      const place = known.place + 1;
      this.#main.points([], [{ source: `dvclive:${this.#nameOf(folder)}`, offset: place }]);
      known.place = place;
      known.files.clear();
    }
    if (before === undefined || isAnother) this.#noteBirth(path, now, known.place);
    if (known.files.size < mostFiles) known.files.set(path, pick(now));
    return known.place;
  }

  #folder(folder: string): Folder {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const fresh = { place: this.#main.progress(`dvclive:${this.#nameOf(folder)}`), files: new Map() };
    this.#folders.set(folder, fresh);
    return fresh;
  }

  /** A file that is met for the first time by this supervisor. */
  #isOfAnother(path: string, now: Stats, { place, files }: Folder): boolean {
    const born = this.#main.progress(this.#birthSource(path, place));
    if (born > 0 && !files.has(path)) return born !== birthOf(now);
    return [...files].some(([other, before]) => {
      if (isImage(other)) return false;
      const there = statSync(other, { throwIfNoEntry: false });
      return there === undefined || isReplaced(other, before, there);
    });
  }

  #noteBirth(path: string, now: Stats, place: number): void {
    const source = this.#birthSource(path, place);
    if (isImage(path) || this.#main.progress(source) === birthOf(now)) return;
    this.#main.points([], [{ source, offset: birthOf(now) }]);
  }

  #birthSource(path: string, place: number): string {
    return `born:${this.#nameOf(path)}#${place}`;
  }
}

/** DVC may put links in the place of cached images. */
function isImage(path: string): boolean {
  return !/\.(?:tsv|json|ya?ml)$/.test(path);
}

/** The number of a deleted file is soon another one's; where files have no time of birth, theirs of change stands in. */
export function isReplaced(path: string, before: Identity, now: Stats): boolean {
  if (before.ino !== now.ino) return true;
  if (before.birthtimeMs === now.birthtimeMs) return false;
  return now.size < before.size || hasBirthTimes(path, now.dev);
}

function birthOf(now: Stats): number {
  return Math.max(1, Math.floor(now.birthtimeMs));
}

function pick({ ino, birthtimeMs, size }: Stats): Identity {
  return { ino, birthtimeMs, size };
}
