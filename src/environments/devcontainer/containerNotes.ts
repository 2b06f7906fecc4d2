/** What is remembered of one container in the cache: never needed to use it, only to tell more or be faster. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { makeEnvironmentFolder } from './environmentFolder.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';

const smokeTestSchema = z.object({
  at: z.string(),
  asked: z.boolean(),
  visible: z.boolean(),
  devices: z.array(z.string()).readonly(),
  frameworks: z.record(
    z.string(),
    z.object({ version: z.string(), sees: z.number(), detail: z.string().optional() }),
  ),
  problem: z.object({ message: z.string(), mend: z.string() }).optional(),
});

const notesSchema = z.object({
  id: z.string(),
  /** The start of the container whose lifecycle commands were run. */
  readySince: z.string().optional(),
  /** What a login shell of the user has. */
  shell: z.record(z.string(), z.string()).optional(),
  smokeTest: smokeTestSchema.optional(),
  /** The lifecycle command that failed when it was made or started, in a sentence: the container is not as it is to be. */
  setUpProblem: z.string().optional(),
  /** How the GPUs were passed, for people. */
  gpu: z.string().optional(),
});
export type ContainerNotes = z.infer<typeof notesSchema>;

/** Notes that are missing, torn or of another container are empty. */
export async function readContainerNotes(folder: EnvironmentFolder, id: string): Promise<ContainerNotes> {
  try {
    const notes = notesSchema.parse(JSON.parse(await readFile(folder.container(id), 'utf8')));
    return notes.id === id ? notes : { id };
  } catch {
    return { id };
  }
}

export async function noteOfContainer(
  folder: EnvironmentFolder,
  id: string,
  added: Omit<ContainerNotes, 'id'>,
): Promise<ContainerNotes> {
  const notes = { ...(await readContainerNotes(folder, id)), ...added };
  await makeEnvironmentFolder(folder);
  await writeJsonAtomic(folder.container(id), notes, 0o600);
  return notes;
}
