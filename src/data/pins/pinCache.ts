/**
 * What pin files said when they were last read, by their stat: so that thousands of them cost one stat each. A file
 * changed too shortly before it was read is not remembered, since a second change could leave the same times.
 * Losing this file costs time only.
 */
import { mkdir, readFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import type { PinFileContent } from './readPinFile.ts';
import { rememberedPins } from './rememberedPins.ts';

export interface PinCache {
  /** `lock` is the stat of the `dvc.lock` beside a `dvc.yaml`. */
  get(path: string, file: Stats, lock: Stats | undefined): PinFileContent | undefined;
  put(path: string, file: Stats, lock: Stats | undefined, content: PinFileContent): void;
  /** Written only where something changed; never rejects. */
  save(): Promise<void>;
}

/** Raised when the meaning of an entry changes: also when a reader is corrected. */
const version = 2;
/** Coarser than the clock of any file system in use. */
const racyMs = 2_000;

type Entry = readonly [stamp: string, content: PinFileContent];

export async function openPinCache(stateFolder: string): Promise<PinCache> {
  const path = join(stateFolder, 'pins.json');
  const known = await readEntries(path);
  const seen = new Map<string, Entry>();
  let changed = false;
  return {
    get(file, stats, lock) {
      const [stamp, remembered] = known.get(file) ?? [];
      if (stamp !== stampOf(stats, lock)) return undefined;
      const content = rememberedPins(remembered);
      if (content !== undefined) seen.set(file, [stamp, content]);
      return content;
    },
    put(file, stats, lock, content) {
      const newest = Math.max(stats.mtimeMs, stats.ctimeMs, lock?.mtimeMs ?? 0, lock?.ctimeMs ?? 0);
      if (newest > Date.now() - racyMs) return;
      seen.set(file, [stampOf(stats, lock), content]);
      changed = true;
    },
    async save() {
      if (!changed && seen.size === known.size) return;
      try {
        await mkdir(stateFolder, { recursive: true });
        await writeFileAtomic(path, JSON.stringify({ version, files: [...seen] }));
      } catch {
        // A read-only repository is read without a cache.
      }
    },
  };
}

function stampOf(file: Stats, lock: Stats | undefined): string {
  const one = `${file.dev}:${file.ino}:${file.size}:${file.mtimeMs}:${file.ctimeMs}`;
  return lock === undefined ? one : `${one}+${stampOf(lock, undefined)}`;
}

/** Of what is in the entries nothing is believed yet. */
async function readEntries(path: string): Promise<ReadonlyMap<string, readonly [string, unknown]>> {
  try {
    const read = JSON.parse(await readFile(path, 'utf8')) as {
      version?: number;
      files?: readonly (readonly [string, readonly [string, unknown]])[];
    };
    return read.version === version ? new Map(read.files) : new Map();
  } catch {
    return new Map();
  }
}
