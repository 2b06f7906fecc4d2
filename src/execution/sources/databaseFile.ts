/** Follows a database that its writer changes in place: looks again whenever it or its write-ahead log has changed. */
import { statSync } from 'node:fs';
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import type { DatabaseContent, DatabaseReader } from '../../tracking/sourceReader.ts';
import { retryMs } from './followedFile.ts';
import type { FollowedFile, StepOutcome } from './followedFile.ts';
import type { ContentIntake } from './trainingIntake.ts';

export interface DatabaseFileOptions {
  readonly path: string;
  readonly reader: DatabaseReader;
  /** Each part is a source of its own. */
  readonly intakeOf: (part: string) => ContentIntake;
  /** Rows from before are of an earlier run. Milliseconds since the epoch. */
  readonly since: number;
  readonly isAlone: () => Promise<boolean>;
  readonly onProblem: (text: string) => void;
}

/** A write-ahead log gives no notice everywhere, so it is looked at. */
const pauseMs = 500;
/** A database that is being written the moment it is read is read again this soon. */
const againMs = 50;

export class DatabaseFile implements FollowedFile {
  readonly path: string;
  readonly #options: DatabaseFileOptions;
  readonly #intakes = new Map<string, ContentIntake>();
  #stamp = '';
  #isUnreadable = false;

  constructor(options: DatabaseFileOptions) {
    this.path = options.path;
    this.#options = options;
  }

  async step(ending: boolean): Promise<StepOutcome> {
    for (const intake of this.#intakes.values()) if (!intake.flush()) return retryMs;
    const pause = ending ? 'done' : pauseMs;
    const stamp = stampOf(this.path);
    if (this.#isUnreadable || stamp === '' || stamp === this.#stamp) return pause;
    const { reader, since, isAlone, intakeOf, onProblem } = this.#options;
    let content: DatabaseContent;
    try {
      content = await reader.read({ since, time: Date.now(), isAlone: await isAlone() });
    } catch (error) {
      if (isPassing(error)) return againMs;
      this.#isUnreadable = true;
      onProblem(`${this.path} cannot be read: ${errorText(error)}`);
      return 'done';
    }
    this.#stamp = content.more ? '' : stamp;
    for (const [part, found] of content.parts) {
      const intake = this.#intakes.get(part) ?? intakeOf(part);
      this.#intakes.set(part, intake);
      intake.take(found);
    }
    return 'more';
  }

  end(): Promise<void> {
    for (const intake of this.#intakes.values()) intake.end();
    return Promise.resolve();
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** It is being written, or was put in place of another. */
function isPassing(error: unknown): boolean {
  return error instanceof LockstepError
    ? ['database-changing', 'database-in-transaction'].includes(error.code)
    : systemErrorCode(error) === 'ENOENT';
}

function stampOf(path: string): string {
  const parts = [path, `${path}-wal`].map(file => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
  });
  return parts[0] === '' ? '' : parts.join(' ');
}
