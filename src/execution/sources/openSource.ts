/** How a file that was found is followed: with which reader, under which name, from which byte on. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readerFor } from '../../tracking/detectSource.ts';
import type { DetectedSource, SourceKind } from '../../tracking/detectSource.ts';
import { ruleFor } from '../../tracking/files/fileRules.ts';
import { eventFileName } from '../../tracking/tensorboard/eventFileName.ts';
import { writerStart } from '../../tracking/tensorboard/writerStart.ts';
import type {
  AppendedReader,
  MediaPiece,
  RewrittenReader,
  SourceContent,
} from '../../tracking/sourceReader.ts';
import type { TrackedRun } from '../../tracking/trackedRun.ts';
import type { TrackingRules } from '../../tracking/trackingRules.ts';
import { appendedBufferBytes, AppendedFile } from './appendedFile.ts';
import { DatabaseFile } from './databaseFile.ts';
import type { FollowedFile } from './followedFile.ts';
import { DvcLiveFile } from './dvcLiveFile.ts';
import { DvcLiveFolders } from './dvcLiveFolders.ts';
import { FolderTrainings } from './folderTrainings.ts';
import { RewrittenFile } from './rewrittenFile.ts';
import { SourceIntake } from './sourceIntake.ts';
import type { FoundFile } from './sourceSet.ts';
import { TrainingIntake } from './trainingIntake.ts';
import type { ContentIntake, TrainingIntakeOptions } from './trainingIntake.ts';
import type { Training } from './training.ts';
import type { TrainingKey, Trainings } from './trainings.ts';
import { withoutKnownPoints } from './withoutKnownPoints.ts';

export interface SourceOpenerOptions {
  readonly run: TrackedRun;
  readonly trainings: Trainings;
  readonly rules: TrackingRules;
  readonly nameOf: (path: string) => string;
  /** When the command was started, milliseconds since the epoch. */
  readonly startedAt: number;
  /** Whether no other run could write what this one writes. */
  readonly isAlone: () => Promise<boolean>;
  readonly onProblem: (text: string) => void;
}

/** These are written in one go and never begun anew under the same name. */
const neverRepeats: ReadonlySet<SourceKind> = new Set(['tfevents', 'wandb', 'trackio']);
/** A table is read row by row; half of anything else is worse than none. */
const readAtOnce: ReadonlySet<SourceKind> = new Set([
  'table',
  'lightning',
  'ultralytics',
  'named-csv',
  'dvclive-metric',
]);
const settleMs = 100;
const largestMedia = 64 * 1024 * 1024;
/** How long a file that a record names may come after it. */
const patienceMs = 2_000;

export class SourceOpener {
  readonly #options: SourceOpenerOptions;
  readonly #eventFolders: FolderTrainings;
  readonly #dvcLive: DvcLiveFolders;
  /** Of the hyperparameters that a first folder held: those of another belong to another training. */
  #parametersFolder: string | undefined;
  #isFinding = true;
  /** Files are read one after the other. */
  readonly #buffer = Buffer.allocUnsafe(appendedBufferBytes);
  /** One reader for all files of a group. */
  readonly #groups = new Map<string, { readonly intake: ContentIntake; readonly reader: RewrittenReader }>();

  constructor(options: SourceOpenerOptions) {
    this.#options = options;
    const { run, trainings, nameOf } = options;
    this.#eventFolders = new FolderTrainings(trainings, nameOf);
    this.#dvcLive = new DvcLiveFolders(run, nameOf);
  }

  /** A program opened the file for writing; it may hold nothing yet. */
  noteOpened(path: string): void {
    if (eventFileName(basename(path)) !== undefined) this.#eventFolders.noteOpened(dirname(path));
  }

  /**
   * Many files are found at once, in any order: until all of them have been read, what may begin another training
   * waits. Then {@link SourceSet.noticeAll} gives each its turn, the oldest first.
   */
  set isFinding(isFinding: boolean) {
    this.#isFinding = isFinding;
  }

  detect(path: string, head: Uint8Array): DetectedSource | undefined {
    return readerFor(path, head, {
      rule: ruleFor(this.#options.nameOf(path), this.#options.rules.files),
      beside: name => existsSync(join(dirname(path), name)),
    });
  }

  open(found: FoundFile, detected: DetectedSource): FollowedFile {
    if (detected.form === 'database') return this.#openDatabase(found, detected);
    const { path } = found;
    this.noteOpened(path);
    const folder = dvcLiveFolder(path, detected.kind);
    if (folder === undefined) return this.#openFile(found, detected, this.#decideBy(found, detected));
    return new DvcLiveFile({
      path,
      placeOf: now => this.#dvcLive.placeOf(folder, path, now),
      open: (place, isStill) => {
        const again = place === 0 ? detected : this.detect(path, found.head);
        return this.#openFile(
          place === 0 ? found : { ...found, from: 0 },
          again === undefined || again.form === 'database' ? detected : again,
          this.#ofDvcLive(folder, place, found.rank),
          isStill,
        );
      },
    });
  }

  #openFile(
    found: FoundFile,
    detected: Exclude<DetectedSource, { readonly form: 'database' }>,
    decide: Decide,
    isStill?: (now: Stats) => boolean,
  ): FollowedFile {
    const { onProblem } = this.#options;
    const { path } = found;
    const { group } = detected;
    const known = group === undefined ? undefined : this.#groups.get(group);
    const intake = known?.intake ?? this.#intakeOf(found, detected, decide);
    const from = this.#firstByte(found);
    if (detected.form === 'appended') {
      const head = found.head.slice(0, 4096);
      let first: AppendedReader | undefined = detected.reader;
      const newReader = (): AppendedReader => {
        // What begins anew is of the same kind: it is known by its name and its first bytes.
        const again = first === undefined ? this.detect(path, head) : undefined;
        const reader = again?.form === 'appended' ? again.reader : detected.reader;
        first = undefined;
        return reader;
      };
      return new AppendedFile({ path, intake, newReader, from, buffer: this.#buffer, onProblem });
    }
    const reader = known?.reader ?? detected.reader;
    if (group !== undefined) this.#groups.set(group, { intake, reader });
    const settle = readAtOnce.has(detected.kind) ? 0 : settleMs;
    const { run } = this.#options;
    const withoutKnown =
      detected.kind === 'trainer-state'
        ? (content: SourceContent): Promise<SourceContent> => withoutKnownPoints(run, content)
        : undefined;
    return new RewrittenFile({
      ...{ path, intake, reader, from, settleMs: settle, withoutKnown, isStill, onProblem },
    });
  }

  #openDatabase(found: FoundFile, detected: DetectedSource & { readonly form: 'database' }): FollowedFile {
    const { startedAt, isAlone, onProblem } = this.#options;
    return new DatabaseFile({
      ...{ path: found.path, reader: detected.reader, since: startedAt, isAlone, onProblem },
      intakeOf: part => this.#intakeOf(found, detected, this.#byLibrary(found, 'trackio'), part),
    });
  }

  /** Whose training a file tells of. */
  #decideBy(found: FoundFile, { kind }: DetectedSource): Decide {
    const { trainings } = this.#options;
    const { path, head, rank, pid } = found;
    switch (kind) {
      case 'wandb':
        return this.#byLibrary(found, 'wandb', /^run-(.+)\.wandb$/.exec(basename(path))?.[1]);
      case 'trackio':
        return this.#byLibrary(found, 'trackio');
      case 'tfevents':
        return (contents, last) => {
          const points = contents.find(content => content.points.length > 0)?.points ?? [];
          const folder = dirname(path);
          const startedAt = writerStart(head);
          const isKnown = this.#eventFolders.isKnown(folder, rank);
          const isReady = isKnown || last || (points.length > 0 && !this.#isFinding);
          return isReady
            ? this.#eventFolders.trainingOf({ folder, rank, pid, startedAt, points })
            : undefined;
        };
      case 'lightning-parameters':
        return (_contents, last) => {
          this.#parametersFolder ??= dirname(path);
          const held = this.#eventFolders.holding(path);
          return held ?? (last || this.#parametersFolder === dirname(path) ? trainings.main : undefined);
        };
      default:
        return () => this.#eventFolders.holding(path) ?? trainings.main;
    }
  }

  /** @param key Of the training; without one the content says it. */
  #byLibrary({ rank }: FoundFile, library: string, key?: string): Decide {
    const { trainings } = this.#options;
    return (contents, last) => {
      const id = key ?? contents.find(({ training }) => training !== undefined)?.training;
      if (id === undefined) return trainings.main;
      const name = contents.find(content => content.name !== undefined)?.name;
      return this.#begun({ library, key: id, rank }, contents, last, name);
    };
  }

  #ofDvcLive(folder: string, place: number, rank: number | undefined): Decide {
    const { nameOf } = this.#options;
    const key = `${nameOf(folder)}${place === 0 ? '' : `#${place}`}`;
    const name = `${basename(folder)}${place === 0 ? '' : ` ${place + 1}`}`;
    return (contents, last) => this.#begun({ library: 'dvclive', key, rank }, contents, last, name);
  }

  #begun(
    key: TrainingKey,
    contents: readonly SourceContent[],
    last: boolean,
    name: string | undefined,
  ): Training | undefined {
    const { trainings } = this.#options;
    const known = trainings.known(key);
    if (known !== undefined || (this.#isFinding && !last)) return known;
    const startedAt =
      contents.find(content => content.startedAt !== undefined)?.startedAt ??
      contents.find(({ points }) => points.length > 0)?.points[0]?.time ??
      Date.now();
    return trainings.begin(key, { name, startedAt });
  }

  #intakeOf(
    { path, rank }: FoundFile,
    { kind, group, mediaFolder, form }: DetectedSource,
    decide: Decide,
    part = '',
  ): ContentIntake {
    const { rules, nameOf, onProblem } = this.#options;
    const name = nameOf(group ?? path);
    const chosen = ruleFor(name, rules.files)?.prefix !== undefined;
    const source = `file:${name}${part === '' ? '' : `#${part}`}`;
    return new TrainingIntake({
      decide,
      intakeOf: ({ run, media, owners, names }, training) =>
        new SourceIntake({
          ...{ run, media, owners, rank, onProblem },
          // A database gives each training a part of its own.
          name: training === '' || form === 'database' ? source : `${source}#${training}`,
          naming: names.nameOf(path, name, kind, chosen),
          latestOnly: kind === 'dvclive-latest',
          mayRepeat: form === 'appended' && !neverRepeats.has(kind),
          fileOf: mediaFolder === undefined ? undefined : fileReader(mediaFolder),
        }),
    });
  }

  /** Known once, it is kept with the metrics: a later supervisor cannot find it out any more. */
  #firstByte({ path, from }: FoundFile): number {
    const { run, nameOf } = this.#options;
    const source = `from:${nameOf(path)}`;
    const known = run.progress(source);
    if (known > 0 || from === 0 || run.progress(`file:${nameOf(path)}`) > 0) return known;
    run.points([], [{ source, offset: from }]);
    return from;
  }
}

type Decide = TrainingIntakeOptions['decide'];

/** That holds everything of one `Live`; undefined for a file of another library. */
function dvcLiveFolder(path: string, kind: SourceKind): string | undefined {
  if (kind === 'dvclive-latest' || kind === 'dvclive-parameters') return dirname(path);
  if (kind !== 'dvclive-metric' && kind !== 'dvclive-image') return undefined;
  const slashed = path.replaceAll('\\', '/');
  const at = slashed.lastIndexOf(`/plots/${kind === 'dvclive-metric' ? 'metrics' : 'images'}/`);
  return at < 0 ? undefined : path.slice(0, at);
}

/** Throws while the file may still come. */
function fileReader(folder: string): (piece: MediaPiece) => MediaPiece | undefined {
  let waitingFor: string | undefined;
  let since = 0;
  return piece => {
    const path = join(folder, piece.file ?? '');
    const stats = lstatSync(path, { throwIfNoEntry: false });
    // A link may lead anywhere, and a pipe would be waited for: only a file is media.
    if (stats !== undefined) return stats.isFile() ? readMedia(piece, path, stats.size) : undefined;
    if (waitingFor !== path) [waitingFor, since] = [path, performance.now()];
    if (performance.now() - since < patienceMs) throw new Error(`${path} is not there yet`);
    return undefined;
  };
}

function readMedia(piece: MediaPiece, path: string, size: number): MediaPiece | undefined {
  if (size > largestMedia) return undefined;
  try {
    return { ...piece, bytes: readFileSync(path) };
  } catch {
    // Without it the rest of its source goes on.
    return undefined;
  }
}
