/** Stops a project's container, or removes it with all that was made for it. Invariant: nothing of another project is touched. */
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cleanUpAfterKill } from './cleanUpCall.ts';
import { composeLeft } from './composeProject.ts';
import { findContainers, labelsOf, ownLabels, specificationLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';
import { removeEarlierImages } from './earlierImages.ts';
import type { RemovedImage } from './earlierImages.ts';
import { engineCommand } from './engineCommand.ts';
import { environmentFolder, temporaryFolderOf } from './environmentFolder.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import { findDevcontainers } from './findDevcontainers.ts';
import { removeDangling } from './rebuildEnvironment.ts';
import { takeTurn } from './takeTurn.ts';
import type { Turn } from './takeTurn.ts';

export interface DownRequest extends EnvironmentRequest {
  /** Removes the container; without, it is stopped and can be started again. */
  readonly remove: boolean;
  /** Removes its named volumes, too, unless another container has them, or {@link sharedVolumes} names them. */
  readonly volumes?: boolean | undefined;
  /** Ids of images that stay although newer builds have replaced them; without it all of them stay. */
  readonly neededImages?: (() => Promise<ReadonlySet<string>>) | undefined;
}

export interface DownOutcome {
  /** Names. */
  readonly stopped: readonly string[];
  readonly removed: readonly string[];
  readonly volumes: readonly string[];
  /** Ids of images that nothing names any more. */
  readonly images: readonly string[];
  /** Of earlier builds of this project. */
  readonly earlierImages: readonly RemovedImage[];
  readonly warnings: readonly string[];
}

/** A project without a container is down already: nothing is done, and that is no failure. */
export async function downEnvironment(request: DownRequest): Promise<DownOutcome> {
  const { root, engine, variables, signal } = request;
  const call = { variables, signal, timeoutMs: 120_000 };
  const configs = await findDevcontainers(root);
  const folders = (request.config === undefined ? configs : [request.config]).map(config =>
    environmentFolder(request.cacheFolder, root, config),
  );
  const turns: Turn[] = [];
  try {
    for (const { turn } of folders)
      turns.push(
        await takeTurn(turn, {
          signal,
          onWait: holder => request.onProgress?.({ kind: 'phase', phase: 'wait', detail: holder }),
        }),
      );
    for (const folder of folders)
      await cleanUpAfterKill(engine, call, folder, temporaryFolderOf(request.cacheFolder));
    const found = await findContainers(engine, root, call);
    const containers =
      request.config === undefined
        ? found
        : found.filter(
            one => labelsOf(one)[specificationLabels.config] === `${root}/${request.config ?? ''}`,
          );
    const stopped: string[] = [];
    const removed: string[] = [];
    const volumes: string[] = [];
    const images: string[] = [];
    const warnings: string[] = [];
    for (const container of containers) {
      const name = container.Name.replace(/^\//, '');
      if (['running', 'paused'].includes(container.State.Status)) {
        request.onProgress?.({ kind: 'phase', phase: 'stop', detail: name });
        await engineCommand(engine, ['stop', '--time', '10', container.Id], call);
        stopped.push(name);
      }
      if (!request.remove) continue;
      request.onProgress?.({ kind: 'phase', phase: 'remove', detail: name });
      await engineCommand(engine, ['rm', '--force', '--volumes', container.Id], call);
      removed.push(name);
      if (request.volumes === true)
        for (const volume of namedVolumes(container))
          if (sharedVolumes.has(volume))
            warnings.push(`The volume ${volume} stays: it is a cache that all projects share.`);
          else
            await engineCommand(engine, ['volume', 'rm', volume], call).then(
              () => volumes.push(volume),
              () => warnings.push(`The volume ${volume} stays: another container has it.`),
            );
      // Of containers that other tools made the images are theirs.
      if (
        labelsOf(container)[ownLabels.project] !== undefined &&
        (await removeDangling(request, container.Image))
      )
        images.push(container.Image);
    }
    warnings.push(...(await composeLeft(request, containers, !request.remove)));
    const earlierImages: RemovedImage[] = [];
    if (request.remove) {
      const needed = await request.neededImages?.();
      for (const folder of folders) {
        if (needed !== undefined) earlierImages.push(...(await removeEarlierImages(request, folder, needed)));
        await emptyFolder(folder);
      }
    }
    return { stopped, removed, volumes, images, earlierImages, warnings };
  } finally {
    for (const turn of turns) await turn.release();
  }
}

/** Caches of the templates, by one name for every project: another one may want them that has no container now. */
const sharedVolumes = new Set(['lockstep-huggingface', 'lockstep-pip', 'lockstep-torch', 'lockstep-uv']);

/** All but the turn, which is still ours and for which others may wait. */
async function emptyFolder({ folder, turn }: EnvironmentFolder): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (!name.startsWith(basename(turn))) await rm(join(folder, name), { recursive: true, force: true });
}

function namedVolumes(container: InspectedContainer): string[] {
  return (container.Mounts ?? []).flatMap(({ Type, Name }) =>
    // A name of 64 hexadecimal digits is one that the engine gave; those go with the container.
    Type === 'volume' && Name !== undefined && !/^[0-9a-f]{64}$/.test(Name) ? [Name] : [],
  );
}
