/** What changed since a container was made, by name. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { labelsOf, ownLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import { compareInputs } from './environmentInputs.ts';
import type { StaleReason } from './environmentState.ts';
import type { GpuChoice } from './gpuRequest.ts';
import { currentInputs } from './prepareUp.ts';
import type { Devcontainer } from './readDevcontainer.ts';

const inputsSchema = z.object({ files: z.record(z.string(), z.string()), hash: z.string() });

/** Empty also for containers that other tools made: what they were made from is not known. */
export async function staleReasons(
  devcontainer: Devcontainer,
  container: InspectedContainer,
  choice: GpuChoice | undefined,
  folder: EnvironmentFolder,
  signal: AbortSignal | undefined,
): Promise<readonly StaleReason[]> {
  const made = labelsOf(container)[ownLabels.inputs];
  if (made === undefined) return [];
  const now = await currentInputs(devcontainer, choice, signal);
  if (now.hash === made) return [];
  const before = await readInputs(folder.inputs(made), made);
  if (before === undefined) return [{ what: devcontainer.config, how: 'changed' }];
  return compareInputs(before, now.files);
}

/** What went into the container whose label says `hash`, as it was written down; undefined where that is gone. */
export async function readInputs(
  path: string,
  hash: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const inputs = inputsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return inputs.hash === hash ? inputs.files : undefined;
  } catch {
    // The cache was cleaned: that something changed is known, what is not.
    return undefined;
  }
}
