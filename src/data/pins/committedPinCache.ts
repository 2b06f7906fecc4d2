/**
 * What pin files of commits said, by the ids of their objects, which never change their meaning: so that comparing
 * two commits reads only what differs. Losing this file costs time only.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import type { PinFileContent } from './readPinFile.ts';
import { rememberedPins } from './rememberedPins.ts';

export interface CommittedPinCache {
  /** `objects`: of the file, and of the lock beside a `dvc.yaml`. */
  get(path: string, objects: readonly string[]): PinFileContent | undefined;
  put(path: string, objects: readonly string[], content: PinFileContent): void;
  /** Written only where something is new; never rejects. */
  save(): Promise<void>;
}

/** Raised when the meaning of an entry changes: also when a reader is corrected. */
const version = 2;
/** A few versions of a few thousand pins; what was used last stays. */
const maxEntries = 10_000;

export async function openCommittedPinCache(stateFolder: string): Promise<CommittedPinCache> {
  const path = join(stateFolder, 'committed-pins.json');
  const known = await readEntries(path);
  const used = new Map<string, PinFileContent>();
  let changed = false;
  const keyOf = (file: string, objects: readonly string[]): string => `${objects.join(' ')} ${file}`;
  return {
    get(file, objects) {
      const key = keyOf(file, objects);
      const content = rememberedPins(known.get(key));
      if (content !== undefined) used.set(key, content);
      return content;
    },
    put(file, objects, content) {
      used.set(keyOf(file, objects), content);
      changed = true;
    },
    async save() {
      if (!changed) return;
      const others = [...known].filter(([key]) => !used.has(key));
      const entries = [...used, ...others].slice(0, Math.max(maxEntries, used.size));
      try {
        await mkdir(stateFolder, { recursive: true });
        await writeFileAtomic(path, JSON.stringify({ version, files: entries }));
      } catch {
        // A read-only repository is read without a cache.
      }
    },
  };
}

/** Of what is in the entries nothing is believed yet. */
async function readEntries(path: string): Promise<ReadonlyMap<string, unknown>> {
  try {
    const read = JSON.parse(await readFile(path, 'utf8')) as {
      version?: number;
      files?: readonly (readonly [string, unknown])[];
    };
    return read.version === version ? new Map(read.files) : new Map();
  } catch {
    return new Map();
  }
}
