/**
 * The contract of every parser of a tracking file. Parsers are pure: bytes in, what they mean out; they never touch a
 * file, never throw on any bytes, and hold bounded memory. Who finds, tails and attributes the files is
 * `execution/sources`.
 */
import type { Histogram } from '../runs/media.ts';
import type { MetricPoint } from '../runs/metricSeries.ts';
import type { ParameterValue } from '../runs/plan.ts';

export interface MediaPiece {
  readonly kind: 'image' | 'text' | 'histogram' | 'table' | 'file';
  readonly key: string;
  readonly step: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly bytes?: Uint8Array;
  /**
   * Where the bytes lie when they are not here: relative to the media folder of the source (`DetectedSource`), forward
   * slashes, never leaving it. The file may appear a moment later.
   */
  readonly file?: string;
  /** As `image/png`; decides the ending of the file. */
  readonly mediaType?: string;
  readonly text?: string;
  readonly histogram?: Histogram;
  readonly width?: number;
  readonly height?: number;
}

/** What a piece of a source turned out to hold. */
export interface SourceContent {
  /** In the order of the source; the same source read again from its beginning gives the same points in the same order. */
  readonly points: readonly MetricPoint[];
  /**
   * How many points of the source, as it stands now, come before these. A writer that began its file anew makes it
   * smaller than what was told so far. Absent: every point that this reader has told.
   */
  readonly before?: number;
  /** There is more than fits into one piece: call again at once, `read` with the same content, `push` with no bytes. */
  readonly more?: boolean;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** As {@link ReportedLine}: null takes one away. */
  readonly tags: Readonly<Record<string, string | null>>;
  readonly media: readonly MediaPiece[];
  readonly name?: string;
  /** Which of several trainings in the source this is about; absent where the source holds one. */
  readonly training?: string;
  /** When that training was started, milliseconds since the epoch. */
  readonly startedAt?: number;
  /** Its library says that it has ended. */
  readonly end?: 'finished' | 'failed';
  /** What could not be read and why, one line each; the same problem is told once. */
  readonly problems: readonly string[];
}

/** A file that only grows: event files, JSON lines, `.wandb`, a table that is appended to. */
export interface AppendedReader {
  /** The next bytes, in order from the beginning of the file. `time` stands for points that tell none (ms). */
  push(bytes: Uint8Array, time: number): SourceContent;
  /** The writer has ended: what is left is taken as it is. */
  end(time: number): SourceContent;
  /** True after damage that makes the rest of this file unreadable: pushing more is of no use. */
  readonly dead: boolean;
}

/** A file that its writer writes anew as a whole: given the whole content after each change, it tells what is new. */
export interface RewrittenReader {
  /** @param ended The writer has ended: a last line without its newline is a line. */
  read(content: Uint8Array, time: number, ended?: boolean): SourceContent;
}

/**
 * A database that its writer changes in place, told by its path. Rejects when it cannot be read now
 * (`database-changing`, `database-in-transaction`) or at all; nothing was told then, and the next look tells it.
 */
export interface DatabaseReader {
  read(look: DatabaseLook): Promise<DatabaseContent>;
}

export interface DatabaseLook {
  /** What was written before is of an earlier run. Milliseconds since the epoch. */
  readonly since: number;
  /** Stands for points that tell no time. */
  readonly time: number;
  /** No other run could have written what is new. */
  readonly isAlone: boolean;
}

/** New content by part: each part is a source of its own, with its own order of points. */
export interface DatabaseContent {
  readonly parts: ReadonlyMap<string, SourceContent>;
  /** There is more than fits into one look: look again at once. */
  readonly more: boolean;
}

export const noContent: SourceContent = { points: [], parameters: {}, tags: {}, media: [], problems: [] };
