/** `reproduction.json`: what a verdict needs to know of the preparation, for a supervisor that takes another's place. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import type { Preparation } from './prepareReproduction.ts';
import type { VerifiedInput } from './recheckInputs.ts';

export interface JudgedPreparation extends Pick<Preparation, 'caps' | 'environmentFolders'> {
  /** Where the checkout and what surrounds it lie. Absolute; absent in records of earlier versions. */
  readonly base?: string | undefined;
  /** Absent in records of earlier versions. */
  readonly verified?: readonly VerifiedInput[] | undefined;
}

const recordSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  caps: z.array(z.string()),
  environmentFolders: z.array(z.string()),
  base: z.string().optional(),
  verified: z.array(z.object({ path: z.string(), place: z.string(), sha256: z.string() })).optional(),
});

/** Rejects with the system's error. */
export async function writePreparation(paths: RunPaths, preparation: JudgedPreparation): Promise<void> {
  const { caps, environmentFolders, base, verified } = preparation;
  await writeJsonAtomic(pathIn(paths), { schemaVersion: 1, caps, environmentFolders, base, verified });
}

/** Undefined when the preparation did not come to its end, or cannot be read. */
export async function readPreparation(paths: RunPaths): Promise<JudgedPreparation | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(pathIn(paths), 'utf8')));
  } catch {
    return undefined;
  }
}

function pathIn(paths: RunPaths): string {
  return join(paths.dir, 'reproduction.json');
}
