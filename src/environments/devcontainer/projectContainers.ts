/** The containers of a project as the engine's API tells of them: for who only looks, and would wait for a program. */
import type { EngineClient } from '../engine/engineClient.ts';
import type { ContainerDetails } from '../engine/shapes.ts';
import { inspectedSchema, specificationLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';

/** Every one, whatever its state, the newest first. @param root Absolute. */
export async function projectContainers(
  client: EngineClient,
  root: string,
  signal?: AbortSignal,
): Promise<ContainerDetails[]> {
  const label = `${specificationLabels.folder}=${root}`;
  const listed = await client.containers([label], { all: true, ...(signal === undefined ? {} : { signal }) });
  const found = await Promise.all(listed.map(({ Id }) => client.findContainer(Id, signal)));
  return found
    .filter(one => one !== undefined)
    .sort((a, b) => ((a.Created ?? '') < (b.Created ?? '') ? 1 : -1));
}

/** Undefined where the engine tells too little of it. */
export function inspectedOf(details: ContainerDetails): InspectedContainer | undefined {
  return inspectedSchema.safeParse({ ...details, Created: details.Created ?? '' }).data;
}
