/**
 * Tells the folders of event files that are one training from those of several. TensorBoard itself says nothing of it,
 * so the rule is careful; a folder begins a further training only when all of this holds, else it stays a part of the
 * newest one with a prefix of its own:
 *
 * - It lies neither below the folder of an earlier training nor around one. Ends of a path that name a part
 *   (`train`, `validation`, `rank_0`, `exp-eval`) are left out of that comparison, so Keras' two folders are one
 *   training, and so is what `add_scalars` and `add_hparams` write below.
 * - Its writer was opened after the last scalar that the earlier ones have told: writers side by side are parts.
 * - At least one of its first scalars has the tag of an earlier training's.
 * - It is not written while several processes write such folders at once.
 *
 * Processes of a distributed training are compared with what their own rank wrote before.
 */
import { isPhaseName, isToolName, rankOf } from '../../tracking/tensorboard/folderNames.ts';
import type { MetricPoint } from '../../runs/metricSeries.ts';
import { isBelow } from '../capture/ignoredPaths.ts';
import type { Training } from './training.ts';
import type { Trainings } from './trainings.ts';

export interface EventFolder {
  /** Absolute. */
  readonly folder: string;
  readonly rank: number | undefined;
  /** Of the writer, where known. */
  readonly pid: number | undefined;
  /** When the writer was opened, milliseconds since the epoch; undefined when the file does not tell. */
  readonly startedAt: number | undefined;
  /** The first ones; none where the folder holds no scalars. */
  readonly points: readonly MetricPoint[];
}

const library = 'tensorboard';

export class FolderTrainings {
  readonly #trainings: Trainings;
  readonly #nameOf: (path: string) => string;
  /** In the order in which they were opened. */
  readonly #opened = new Set<string>();
  readonly #roots = new Map<string, Training>();
  /** Ranks whose folders several processes write at once. */
  readonly #parallel = new Set<number>();

  /** @param nameOf Of a path in the record. */
  constructor(trainings: Trainings, nameOf: (path: string) => string) {
    this.#trainings = trainings;
    this.#nameOf = nameOf;
  }

  /** An event file was opened there; it may hold nothing yet. */
  noteOpened(folder: string): void {
    if (this.#opened.has(folder)) return;
    this.#opened.add(folder);
    this.#below(folder)?.names.noteFolder(folder);
  }

  /** Whether it was decided before, by whichever supervisor. */
  isKnown(folder: string, rank: number | undefined): boolean {
    return this.#trainings.known({ library, key: this.#nameOf(folder), rank }) !== undefined;
  }

  /** Throws when it cannot be written. */
  trainingOf(found: EventFolder): Training {
    const { folder, rank } = found;
    const key = { library, key: this.#nameOf(folder), rank };
    const root = this.#rootOf(folder);
    let training = this.#trainings.known(key);
    if (training === undefined) {
      training = this.#holding(folder, root) ?? this.#asPart(found);
      if (training === undefined)
        training = this.#trainings.begin(key, {
          name: nameOfRoot(root),
          startedAt: found.startedAt ?? found.points[0]?.time ?? Date.now(),
        });
      this.#trainings.join(key, training);
    }
    this.#remember(training, root, found);
    return training;
  }

  /** The further training whose folder holds this file of another library: hyperparameters beside event files. */
  holding(path: string): Training | undefined {
    return this.#below(path);
  }

  #remember(training: Training, root: string, { pid }: EventFolder): void {
    if (!this.#roots.has(root)) {
      this.#roots.set(root, training);
      for (const opened of this.#opened) if (isBelow(opened, root)) training.names.noteFolder(opened);
    }
    if (pid !== undefined) training.processes.add(pid);
  }

  /** The newest training when the folder is a part of it, as far as can be told. */
  #asPart({ rank = 0, pid, startedAt, points }: EventFolder): Training | undefined {
    const all = this.#trainings.of({ library, rank });
    const newest = all.at(-1);
    if (newest === undefined || startedAt === undefined || this.#parallel.has(rank)) return newest;
    const sharesTags = all.some(({ tags }) => points.some(({ key }) => tags.has(key)));
    if (all.every(({ lastAt }) => lastAt <= startedAt)) return sharesTags ? undefined : newest;
    if (sharesTags && pid !== undefined && newest.processes.size > 0 && !newest.processes.has(pid))
      this.#parallel.add(rank);
    return newest;
  }

  #holding(folder: string, root: string): Training | undefined {
    const plain = withoutRanks(folder);
    const around = [...this.#roots].find(([other]) => isBelow(other, root));
    return this.#below(plain) ?? around?.[1];
  }

  #below(path: string): Training | undefined {
    let best: [string, Training] | undefined;
    for (const entry of this.#roots)
      if (isBelow(path, entry[0]) && entry[0].length > (best?.[0].length ?? -1)) best = entry;
    return best?.[1];
  }

  /** Of the outermost folder with event files that holds this one and no earlier training. */
  #rootOf(folder: string): string {
    const around = [...this.#opened]
      .filter(
        opened => isBelow(folder, opened) && ![...this.#roots.keys()].some(root => isBelow(root, opened)),
      )
      .sort((a, b) => a.length - b.length);
    return withoutParts(around[0] ?? folder);
  }
}

/** Ranks are told apart within a training. */
function withoutRanks(folder: string): string {
  return folder
    .split('/')
    .filter((part, index) => index === 0 || rankOf(part) === undefined)
    .join('/');
}

function withoutParts(folder: string): string {
  const parts = withoutRanks(folder.replaceAll('\\', '/')).split('/');
  while (parts.length > 2 && isPhaseName(parts.at(-1) ?? '')) parts.pop();
  const last = parts.pop() ?? '';
  const [, start, end] = /^(.+)[-_.]([a-z]+)$/i.exec(last) ?? [];
  return [...parts, start !== undefined && end !== undefined && isPhaseName(end) ? start : last].join('/');
}

/** What a clock made would be another name in each reproduction. */
function nameOfRoot(root: string): string | undefined {
  const last = root.slice(root.lastIndexOf('/') + 1);
  return /^version_\d+$/.test(last) || !isToolName(last) ? last : undefined;
}
