/**
 * Images that were built for a devcontainer and that newer builds have replaced. Invariant: only what this devcontainer
 * was made from goes, and of that nothing that has a name of its own, a container, or somebody who needs it.
 */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { engineCommand } from './engineCommand.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';

export interface RemovedImage {
  /** `sha256:…` */
  readonly id: string;
  /** With all layers, also those that other images share. */
  readonly bytes: number;
}

const noteSchema = z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/));
const mostNoted = 200;

/** Notes that a container was made from this image. */
export async function noteImage(folder: EnvironmentFolder, id: string): Promise<void> {
  const before = await notedImages(folder);
  if (!before.includes(id)) await writeJsonAtomic(folder.images, [...before, id].slice(-mostNoted), 0o600);
}

/** @param needed Ids that stay, whatever else. Never rejects. */
export async function removeEarlierImages(
  { engine, variables }: EnvironmentRequest,
  folder: EnvironmentFolder,
  needed: ReadonlySet<string>,
): Promise<RemovedImage[]> {
  const removed: RemovedImage[] = [];
  for (const id of await notedImages(folder)) {
    if (needed.has(id)) continue;
    const bytes = await sizeOfNameless(id, { engine, variables });
    if (bytes === undefined) continue;
    // The engine refuses where a container or another image is made from it.
    await engineCommand(engine, ['image', 'rm', id], { variables }).then(
      () => removed.push({ id, bytes }),
      () => undefined,
    );
  }
  return removed;
}

const imageSchema = z.tuple([
  z.looseObject({
    Size: z.number().default(0),
    RepoTags: z.array(z.string()).nullish(),
    RepoDigests: z.array(z.string()).nullish(),
  }),
]);

/** Undefined where it is gone, or somebody has a name for it: a tag, or the digest by which it was pulled. */
async function sizeOfNameless(
  id: string,
  { engine, variables }: Pick<EnvironmentRequest, 'engine' | 'variables'>,
): Promise<number | undefined> {
  try {
    const text = await engineCommand(engine, ['image', 'inspect', id], { variables });
    const [{ Size, RepoTags, RepoDigests }] = imageSchema.parse(JSON.parse(text));
    const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter(name => !name.startsWith('<none>'));
    return names.length === 0 ? Size : undefined;
  } catch {
    return undefined;
  }
}

async function notedImages(folder: EnvironmentFolder): Promise<string[]> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(folder.images, 'utf8')));
  } catch {
    return [];
  }
}
