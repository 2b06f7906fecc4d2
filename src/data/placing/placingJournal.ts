/**
 * Remembers which path is being placed, so that what a killed process left is known for what it is: files that are
 * the beginning of what they were to become. One small file for each path, gone when the placing has ended.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import type { DataRepository } from '../dataRepository.ts';

export interface PlacingEntry {
  readonly path: string;
  readonly object: string;
  /** Ms since the epoch, by the clock of the file system. */
  readonly startedAt: number;
}

const entrySchema = z.object({ path: z.string(), object: z.string(), startedAt: z.number() });
const journalSchema = z.object({ version: z.literal(1), entries: z.array(entrySchema) });

export class PlacingJournal {
  readonly #path: string;

  constructor(repository: DataRepository) {
    this.#path = join(repository.stateFolder, 'placing.json');
  }

  /** What was being placed when a process ended; damaged notes are none. */
  async read(): Promise<readonly PlacingEntry[]> {
    try {
      return journalSchema.parse(JSON.parse(await readFile(this.#path, 'utf8'))).entries;
    } catch {
      return [];
    }
  }

  async write(entries: readonly PlacingEntry[]): Promise<void> {
    if (entries.length === 0) {
      await rm(this.#path, { force: true });
      return;
    }
    await mkdir(join(this.#path, '..'), { recursive: true });
    await writeJsonAtomic(this.#path, { version: 1, entries });
  }
}

/**
 * Whether the file holds nothing but the beginning of the object: then nothing is lost with it. Read in parts; false
 * for whatever cannot be read.
 */
export async function isBeginningOf(file: string, object: string): Promise<boolean> {
  try {
    await using one = await open(file, 'r');
    await using other = await open(object, 'r');
    const [size, whole] = [(await one.stat()).size, (await other.stat()).size];
    if (size > whole) return false;
    const parts = [Buffer.alloc(65_536), Buffer.alloc(65_536)] as const;
    for (let at = 0; at < size; at += 65_536) {
      const here = await one.read(parts[0], 0, Math.min(65_536, size - at), at);
      const there = await other.read(parts[1], 0, here.bytesRead, at);
      if (there.bytesRead !== here.bytesRead) return false;
      if (!parts[0].subarray(0, here.bytesRead).equals(parts[1].subarray(0, here.bytesRead))) return false;
    }
    return true;
  } catch {
    return false;
  }
}
