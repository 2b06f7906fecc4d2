/** How a file that was found is followed: with which reader, under which name, from which byte on. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readerFor } from '../../tracking/detectSource.ts';
import type { DetectedSource, SourceKind } from '../../tracking/detectSource.ts';
import { ruleFor } from '../../tracking/files/fileRules.ts';
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
import type { MediaIntake } from './mediaIntake.ts';
import { RewrittenFile } from './rewrittenFile.ts';
import { SourceIntake } from './sourceIntake.ts';
import type { SeriesOwners } from './sourceNames.ts';
import { SourceNames } from './sourceNames.ts';
import type { FoundFile } from './sourceSet.ts';
import { withoutKnownPoints } from './withoutKnownPoints.ts';

export interface SourceOpenerOptions {
  readonly run: TrackedRun;
  readonly media: MediaIntake;
  readonly owners: SeriesOwners;
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
  readonly #names = new SourceNames();
  /** Files are read one after the other. */
  readonly #buffer = Buffer.allocUnsafe(appendedBufferBytes);
  /** One reader for all files of a group. */
  readonly #groups = new Map<string, { readonly intake: SourceIntake; readonly reader: RewrittenReader }>();

  constructor(options: SourceOpenerOptions) {
    this.#options = options;
  }

  /** A program opened the file for writing; it may hold nothing yet. */
  noteOpened(path: string): void {
    this.#names.noteOpened(path);
  }

  detect(path: string, head: Uint8Array): DetectedSource | undefined {
    return readerFor(path, head, {
      rule: ruleFor(this.#options.nameOf(path), this.#options.rules.files),
      beside: name => existsSync(join(dirname(path), name)),
    });
  }

  open(found: FoundFile, detected: DetectedSource): FollowedFile {
    const { onProblem } = this.#options;
    const { path } = found;
    if (detected.form === 'database') return this.#openDatabase(found, detected);
    const { group } = detected;
    const known = group === undefined ? undefined : this.#groups.get(group);
    const intake = known?.intake ?? this.#intakeOf(found, detected);
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
    return new RewrittenFile({ path, intake, reader, from, settleMs: settle, withoutKnown, onProblem });
  }

  #openDatabase(found: FoundFile, detected: DetectedSource & { readonly form: 'database' }): FollowedFile {
    const { startedAt, isAlone, onProblem } = this.#options;
    return new DatabaseFile({
      ...{ path: found.path, reader: detected.reader, since: startedAt, isAlone, onProblem },
      intakeOf: part => this.#intakeOf(found, detected, part),
    });
  }

  #intakeOf(
    { path, rank }: FoundFile,
    { kind, group, mediaFolder, form }: DetectedSource,
    part = '',
  ): SourceIntake {
    const { run, media, owners, rules, nameOf, onProblem } = this.#options;
    const name = nameOf(group ?? path);
    const chosen = ruleFor(name, rules.files)?.prefix !== undefined;
    return new SourceIntake({
      ...{ run, media, owners, rank, onProblem },
      name: `file:${name}${part === '' ? '' : `#${part}`}`,
      naming: this.#names.nameOf(path, name, kind, chosen),
      latestOnly: kind === 'dvclive-latest',
      mayRepeat: form === 'appended' && !neverRepeats.has(kind),
      fileOf: mediaFolder === undefined ? undefined : fileReader(mediaFolder),
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
