/**
 * What to make a container from when there is a lock and the files are still those of it: the locked image, where it is
 * here or can be pulled by digest; else a build whose images are pinned. The person's files are never edited: a pinned
 * Dockerfile is a copy beside the override configuration.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { specificationLabels } from '../../devcontainer/containers.ts';
import { lifecycleCommands, type DevcontainerConfig } from '../../devcontainer/devcontainerSchema.ts';
import { engineCommand } from '../../devcontainer/engineCommand.ts';
import type { EnvironmentFolder } from '../../devcontainer/environmentFolder.ts';
import { canonical } from '../../devcontainer/environmentInputs.ts';
import type { EnvironmentRequest } from '../../devcontainer/environmentRequest.ts';
import { metadataEntries } from '../../devcontainer/imageMetadata.ts';
import { buildPlaces, type Devcontainer } from '../../devcontainer/readDevcontainer.ts';
import type { EngineClient } from '../../engine/engineClient.ts';
import type { ImageDetails } from '../../engine/shapes.ts';
import type { LockedContainer } from '../../environmentLock.ts';
import { pinDockerfile } from '../dockerfileImages.ts';
import { pinnedNames } from './pinnedNames.ts';

export interface LockedStart {
  readonly how: 'image' | 'pulled' | 'rebuilt';
  readonly value: DevcontainerConfig;
}

/** Pulling gigabytes takes its time. */
const pullMs = 4 * 60 * 60_000;

/** Rejects when aborted, or where the copy cannot be written; an image that cannot be pulled is built instead. */
export async function lockedStart(
  locked: LockedContainer,
  devcontainer: Devcontainer,
  folder: EnvironmentFolder,
  client: EngineClient,
  request: Pick<EnvironmentRequest, 'engine' | 'variables' | 'signal' | 'onProgress'>,
): Promise<LockedStart> {
  const { engine, variables, signal, onProgress } = request;
  const { id, repoDigests } = locked.image;
  const here = await client.findImage(id, signal);
  // What was made on this machine has this person's number already.
  if (here !== undefined)
    return { how: 'image', value: { ...fromImage(devcontainer.value, here), updateRemoteUserUID: false } };
  for (const name of repoDigests) {
    onProgress?.({ kind: 'phase', phase: 'pull', detail: name });
    const pulled = await engineCommand(engine, ['pull', name], { variables, signal, timeoutMs: pullMs }).then(
      () => client.findImage(id, signal),
      () => undefined,
    );
    signal?.throwIfAborted();
    if (pulled !== undefined) return { how: 'pulled', value: fromImage(devcontainer.value, pulled, name) };
  }
  return { how: 'rebuilt', value: await pinned(locked, devcontainer, folder) };
}

/** Features and what they ask for are in the image; lifecycle commands that it names would run twice. */
export function fromImage(
  value: DevcontainerConfig,
  image: Pick<ImageDetails, 'Id' | 'Config'>,
  name = image.Id,
): DevcontainerConfig {
  // In a label that cannot be read are none: then they run as devcontainer.json says.
  const inImage = metadataEntries(image.Config.Labels[specificationLabels.metadata]);
  const left = new Set<string>(['build', 'dockerFile', 'context', 'features']);
  for (const command of lifecycleCommands)
    if (inImage.some(entry => canonical(entry[command]) === canonical(value[command]))) left.add(command);
  return {
    ...Object.fromEntries(Object.entries(value).filter(([property]) => !left.has(property))),
    image: name,
  };
}

/** The same configuration with every image that the lock knows named by digest. */
async function pinned(
  locked: LockedContainer,
  devcontainer: Devcontainer,
  folder: EnvironmentFolder,
): Promise<DevcontainerConfig> {
  const { value, path } = devcontainer;
  const names = pinnedNames(locked.base);
  const places = buildPlaces(devcontainer);
  if (places === undefined) {
    const name = names[value.image ?? ''];
    return name === undefined ? value : { ...value, image: name };
  }
  const text = await readFile(places.dockerfile, 'utf8').catch(() => undefined);
  // A build without it fails with words of its own.
  if (text === undefined) return value;
  const copy = join(folder.folder, 'pinned', basename(places.dockerfile));
  await mkdir(dirname(copy), { recursive: true });
  await writeFile(copy, pinDockerfile(text, names, value.build?.args));
  await rm(`${copy}.dockerignore`, { force: true });
  await copyFile(`${places.dockerfile}.dockerignore`, `${copy}.dockerignore`).catch(() => undefined);
  const dockerfile = relative(dirname(path), copy).split(sep).join('/');
  return value.build?.dockerfile === undefined
    ? { ...value, dockerFile: dockerfile }
    : { ...value, build: { ...value.build, dockerfile } };
}
