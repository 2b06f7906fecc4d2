/**
 * What the folders of event files are called in a run. TensorBoard makes every folder a run; here one run has many
 * folders, so a folder becomes a prefix of metric names, or nothing. Pure, and stable while a run goes on: a folder
 * that appears later never renames one that was there before.
 *
 * The first folder is the run's own and gives no prefix, except for a part of the run that it ends in (`train`,
 * `fold_2`). Others are named from there. Names made by tools (`version_3`, dates) are left out as long as no two
 * folders would get the same name. Folders that `add_hparams` names by the clock belong to the folder around them;
 * those of `add_scalars` become `group/series`, see {@link metricKey}.
 */
import { isClockFolder, isPartName, isToolName, rankOf } from './folderNames.ts';

export interface FolderPlace {
  /** What stands before the metrics of this folder, in order; joined with slashes it is the prefix. */
  readonly parts: readonly string[];
  readonly rank?: number;
}

/** The folders of one run, named in the order in which they appear; see {@link byStart}. */
export class RunFolders {
  #root: readonly string[] | undefined;
  readonly #places = new Map<string, FolderPlace>();
  /** Names of folders, and of those that fold: two curves must not get the same one. */
  readonly #taken = new Set<string>();
  readonly #folded = new Set<string>();
  /** Folders that hold one which is named by the clock. */
  readonly #aroundClock = new Set<string>();
  readonly #isPart: (name: string) => boolean;

  /** @param isPart Whether the name of a folder is a part of a run. */
  constructor(isPart: (name: string) => boolean = isPartName) {
    this.#isPart = isPart;
  }

  /** @param folder Path (`/` or `\`), absolute or relative to the same place as the others. */
  place(folder: string): FolderPlace {
    const path = partsOf(folder);
    const joined = path.join('/');
    let place = this.#places.get(joined);
    if (place === undefined) {
      place = this.#name(path);
      this.#places.set(joined, place);
    }
    return place;
  }

  #name(path: readonly string[]): FolderPlace {
    const last = path.at(-1) ?? '';
    const around = path.slice(0, -1);
    const root = (this.#root ??= rootOf(isClockFolder(last) ? around : path, this.#isPart));
    const own = path.slice(sharedLength(root, path));
    const rank = own.flatMap(part => rankOf(part) ?? []).at(-1);
    const named = own.filter(part => rankOf(part) === undefined);
    const place = (parts: readonly string[]): FolderPlace =>
      rank === undefined ? { parts } : { parts, rank };
    const mark = (parts: readonly string[]): string => JSON.stringify([rank ?? null, parts]);
    if (isClockFolder(last) && isInside(root, path) && this.#folds(around.join('/'))) {
      const parts = named.slice(0, -1).filter(part => !isToolName(part));
      this.#folded.add(mark(parts));
      return place(parts);
    }
    const isTaken = (parts: readonly string[]): boolean =>
      this.#taken.has(mark(parts)) || (isClockFolder(last) && this.#folded.has(mark(parts)));
    // Two folders with one name would mix two curves: the later one keeps more of its path.
    let parts: readonly string[] = named.filter(part => !isToolName(part));
    for (let more = named.length; isTaken(parts) && more <= path.length; more++)
      parts = more === named.length ? named : path.slice(-more);
    for (let number = 2; isTaken(parts); number++) parts = [...path, `${number}`];
    this.#taken.add(mark(parts));
    return place(parts);
  }

  /** Several such folders belong to the one around them when that is a folder of the run; else they are runs. */
  #folds(around: string): boolean {
    const first = !this.#aroundClock.has(around);
    this.#aroundClock.add(around);
    return first || this.#places.has(around);
  }
}

/** All folders of one run that is over, by the path they are given with, in the order in which they appeared. */
export function placeFolders(folders: readonly string[]): ReadonlyMap<string, FolderPlace> {
  const run = new RunFolders();
  return new Map(folders.map(folder => [folder, run.place(folder)]));
}

/** The name of a metric (or image, text, histogram) that a file of this folder holds under `tag`. */
export function metricKey(place: FolderPlace, tag: string): string {
  for (let at = place.parts.length - 1; at >= 0; at--) {
    const series = seriesOf(tag, place.parts.slice(at).join('/'));
    if (series !== undefined) return [...place.parts.slice(0, at), tag, series].join('/');
  }
  return [...place.parts, tag].join('/');
}

/** `add_scalars("a/b", {x: …})` writes the tag a/b into a folder: torch a_b_x, tensorboardX a/b/x. Gives x. */
function seriesOf(tag: string, folder: string): string | undefined {
  for (const start of [`${tag}/`, `${tag.replaceAll('/', '_')}_`])
    if (folder.startsWith(start) && folder.length > start.length) return folder.slice(start.length);
  return undefined;
}

export interface FolderGroup {
  /** The folder that stands for the run; it may hold no event file itself. As written, with `/`. */
  readonly root: string;
  /** Those given that belong to it, as given, in their order. */
  readonly folders: readonly string[];
}

/**
 * Which folders below a log folder are one run together, for import: a folder with its `train` and `validation`, its
 * ranks, and what `add_hparams` and `add_scalars` put into it. Any other folder is a run.
 * @param folders Those that hold event files, in the order in which they appeared.
 * @param tagsOf The tags of a folder's scalars, which tell `add_scalars` from a folder that only looks like it.
 */
export function groupFolders(
  folders: readonly string[],
  tagsOf: (folder: string) => readonly string[],
): readonly FolderGroup[] {
  const holding = new Set(folders.map(folder => partsOf(folder).join('/')));
  const groups = new Map<string, string[]>();
  for (const folder of folders) {
    const parts = partsOf(folder);
    const tags = tagsOf(folder);
    const around = parts.findLastIndex((_, length) => {
      if (!holding.has(parts.slice(0, length).join('/'))) return false;
      const below = parts.slice(length).join('/');
      return (
        isClockFolder(below) || (tags.length > 0 && tags.every(tag => seriesOf(tag, below) !== undefined))
      );
    });
    const root = rootOf(around === -1 ? parts : parts.slice(0, around)).join('/');
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [folder]);
    else group.push(folder);
  }
  return [...groups].map(([root, members]) => ({ root, folders: members }));
}

/** Without the ends that are a part of a run: `logs/rank_0/train` is a part of `logs`. */
function rootOf(parts: readonly string[], isPart = isPartName): readonly string[] {
  let length = parts.length;
  const isEnd = (name: string): boolean => isPart(name) || rankOf(name) !== undefined;
  while (length > 0 && isEnd(parts[length - 1] ?? '')) length--;
  return parts.slice(0, length);
}

function isInside(root: readonly string[], parts: readonly string[]): boolean {
  return parts.length > root.length && sharedLength(root, parts) === root.length;
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** An absolute path begins with an empty part, so that joining gives it back. */
function partsOf(folder: string): readonly string[] {
  const parts = folder.replaceAll('\\', '/').split('/');
  return parts.filter((part, index) => part !== '.' && (part !== '' || (index === 0 && parts.length > 1)));
}
