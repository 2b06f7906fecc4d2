/** Whether a container is older than what it is made from: the cheap look that a run takes, never a whole build context. */
import { ownLabels } from '../../environments/devcontainer/containers.ts';
import { environmentFolder } from '../../environments/devcontainer/environmentFolder.ts';
import type { EnvironmentFolder } from '../../environments/devcontainer/environmentFolder.ts';
import { compareInputs, quickInputs } from '../../environments/devcontainer/environmentInputs.ts';
import { readDevcontainer } from '../../environments/devcontainer/readDevcontainer.ts';
import type { Devcontainer } from '../../environments/devcontainer/readDevcontainer.ts';
import { readInputs } from '../../environments/devcontainer/staleReasons.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { ContainerApi } from './containerApi.ts';

/**
 * devcontainer.json and the Dockerfile where they are not what the container was made from, relative to the project.
 * Never rejects: what cannot be told is not told.
 */
export async function newerFiles(
  { endpoint, id }: ContainerRecord,
  root: string,
  cacheFolder: string,
): Promise<string[]> {
  try {
    const { Config } = (await new ContainerApi(endpoint).inspect(id)) ?? {};
    const made = Config?.Labels?.[ownLabels.inputs];
    const config = Config?.Labels?.['devcontainer.config_file'];
    if (made === undefined || config === undefined) return [];
    const devcontainer = await readDevcontainer(root, config);
    return await changedFiles(devcontainer, made, environmentFolder(cacheFolder, root, devcontainer.config));
  } catch {
    return [];
  }
}

/** `made`: hash of what went in, from the container's label. */
export async function changedFiles(
  devcontainer: Devcontainer,
  made: string,
  folder: EnvironmentFolder,
): Promise<string[]> {
  const before = await readInputs(folder.inputs(made), made);
  if (before === undefined) return [];
  const now = await quickInputs(devcontainer);
  const same = Object.fromEntries(Object.entries(before).filter(([name]) => Object.hasOwn(now, name)));
  return compareInputs(same, now).map(({ what }) => what);
}
