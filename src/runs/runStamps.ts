/**
 * When the folders of a run changed last: what proves that what was read of an ended run is still true, without opening
 * a file of it. A time that is too young proves nothing, because another change may come with the same time.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Modification times in milliseconds, 0 where there is no such folder. */
export interface RunStamps {
  readonly folder: number;
  readonly annotations: number;
  readonly verdicts: number;
}

/**
 * Modification times are as coarse as the file system makes them (2 s at worst): a folder that changed this short
 * before it was read may change again without showing it.
 */
const coarseMs = 2000;

export function readStamps(dir: string): RunStamps {
  return {
    folder: modifiedAt(dir),
    annotations: modifiedAt(`${dir}/annotations`),
    verdicts: modifiedAt(`${dir}/verdicts`),
  };
}

/** A folder that did not exist then can only come to be by changing the run folder itself. */
export function stillTrue(stamps: RunStamps, dir: string): boolean {
  return (
    stamps.folder === modifiedAt(dir) &&
    (stamps.annotations === 0 || stamps.annotations === modifiedAt(`${dir}/annotations`)) &&
    (stamps.verdicts === 0 || stamps.verdicts === modifiedAt(`${dir}/verdicts`))
  );
}

export function newestOf({ folder, annotations, verdicts }: RunStamps): number {
  return Math.max(folder, annotations, verdicts);
}

/** 0 where there is nothing, -1 where it cannot be told. */
export function modifiedAt(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return -1;
  }
}

/** Tells old times from those that prove nothing yet. Made once for each listing; asks the file system at first use. */
export class FileSystemClock {
  readonly #folder: string;
  #now: number | undefined;

  /** @param folder Where a probe may be written, on the file system in question. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether a change at this moment would get another time. To be asked before reading what the time is to prove. */
  isOld(modified: number): boolean {
    this.#now ??= timeOfFileSystem(this.#folder);
    return modified < this.#now - coarseMs;
  }
}

/** Now, by the clock that stamps the folders: that of the file system, which may be another machine's. */
function timeOfFileSystem(folder: string): number {
  const probe = join(folder, `.probe.${randomBytes(6).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, '');
    const now = statSync(probe).mtimeMs;
    unlinkSync(probe);
    return now;
  } catch {
    return Date.now();
  }
}
