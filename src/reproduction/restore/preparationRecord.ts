/** `reproduction.json`: what a verdict needs to know of the preparation, for a supervisor that takes another's place. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import type { Preparation } from './prepareReproduction.ts';
import type { VerifiedInput } from './recheckInputs.ts';
import type { WatchedFile } from './watchedFiles.ts';

export interface JudgedPreparation extends Pick<Preparation, 'caps' | 'environmentFolders'> {
  /** Where the checkout and what surrounds it lie. Absolute; absent in records of earlier versions. */
  readonly base?: string | undefined;
  /** Absent in records of earlier versions. */
  readonly verified?: readonly VerifiedInput[] | undefined;
  /** What keeps the workspace as it is; absent in records of earlier versions and where nothing does. */
  readonly readOnlyBy?: 'system' | 'python' | 'container' | undefined;
  /** What is to be looked at again where the system does not keep it. */
  readonly watched?: readonly WatchedFile[] | undefined;
  /** Names of variables that led into the workspace, and lead into the checkout now. */
  readonly moved?: readonly string[] | undefined;
  /** Where links of the checkout to inputs lead, which it may only read. Absolute. */
  readonly linked?: readonly string[] | undefined;
  /** All that the command could only read, by every name. Absolute. */
  readonly kept?: readonly string[] | undefined;
}

const recordSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  caps: z.array(z.string()),
  environmentFolders: z.array(z.string()),
  base: z.string().optional(),
  verified: z.array(z.object({ path: z.string(), place: z.string(), sha256: z.string() })).optional(),
  readOnlyBy: z.enum(['system', 'python', 'container']).optional(),
  watched: z.array(z.object({ path: z.string(), was: z.string() })).optional(),
  moved: z.array(z.string()).optional(),
  linked: z.array(z.string()).optional(),
  kept: z.array(z.string()).optional(),
});

/** Rejects with the system's error. */
export async function writePreparation(paths: RunPaths, preparation: JudgedPreparation): Promise<void> {
  const { caps, environmentFolders, base, verified, readOnlyBy, watched, moved, linked, kept } = preparation;
  await writeJsonAtomic(preparationPath(paths), {
    ...{ schemaVersion: 1, caps, environmentFolders, base, verified },
    ...{ readOnlyBy, watched, moved, linked, kept },
  });
}

/** Undefined when the preparation did not come to its end, or cannot be read. */
export async function readPreparation(paths: RunPaths): Promise<JudgedPreparation | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(preparationPath(paths), 'utf8')));
  } catch {
    return undefined;
  }
}

/** There as soon as the command may begin. */
export function preparationPath(paths: RunPaths): string {
  return join(paths.dir, 'reproduction.json');
}
