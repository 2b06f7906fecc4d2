/** The container that a lock is about: the project's, as the engine tells of it now. */
import { readContainerNotes, type ContainerNotes } from '../../devcontainer/containerNotes.ts';
import { containerState } from '../../devcontainer/containerState.ts';
import { environmentFolder } from '../../devcontainer/environmentFolder.ts';
import type { ContainerState } from '../../devcontainer/environmentState.ts';
import { ourContainer } from '../../devcontainer/ourContainer.ts';
import { inspectedOf, projectContainers } from '../../devcontainer/projectContainers.ts';
import type { Devcontainer } from '../../devcontainer/readDevcontainer.ts';
import { workspaceFolderOf } from '../../devcontainer/upEnvironment.ts';
import type { EngineClient } from '../../engine/engineClient.ts';
import type { ContainerDetails } from '../../engine/shapes.ts';

export interface OpenedContainer {
  readonly details: ContainerDetails;
  readonly state: ContainerState;
  readonly notes: ContainerNotes;
}

export interface ContainerQuestion {
  readonly client: EngineClient;
  readonly devcontainer: Devcontainer;
  /** Of the product. */
  readonly cacheFolder: string;
  /** Where the caller knows which one: its id. */
  readonly container?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Undefined where the project has no container of this configuration. */
export async function openContainer({
  client,
  devcontainer,
  cacheFolder,
  container,
  signal,
}: ContainerQuestion): Promise<OpenedContainer | undefined> {
  const { root } = devcontainer;
  const details =
    container === undefined
      ? await projectContainers(client, root, signal)
      : [await client.findContainer(container, signal)].filter(one => one !== undefined);
  const inspected = details.flatMap(one => inspectedOf(one) ?? []);
  const mine = container === undefined ? ourContainer(inspected, devcontainer.path) : inspected[0];
  const own = details.find(one => one.Id === mine?.Id);
  if (mine === undefined || own === undefined) return undefined;
  const notes = await readContainerNotes(environmentFolder(cacheFolder, root, devcontainer.config), mine.Id);
  return {
    details: own,
    state: containerState(mine, root, notes.shell, workspaceFolderOf(devcontainer)),
    notes,
  };
}
