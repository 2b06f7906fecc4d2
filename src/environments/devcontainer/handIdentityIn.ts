/** Writes what a container is told about itself where it can read it: ids that exist only once it does. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import type { EnvironmentIdentity } from '../../runs/plan.ts';
import type { InspectedContainer } from './containers.ts';
import { engineCommand } from './engineCommand.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import type { ContainerState } from './environmentState.ts';
import { identityFile } from './insideContainer.ts';

export async function handIdentityIn(
  folder: EnvironmentFolder,
  request: EnvironmentRequest,
  inspected: InspectedContainer,
  container: ContainerState,
  gpu: string | undefined,
): Promise<void> {
  await mkdir(folder.inside, { recursive: true });
  await writeJsonAtomic(
    join(folder.inside, identityFile),
    await identityOf(request, inspected, container, gpu),
  );
}

/** The identity that a plan records for a run in this container. */
export async function identityOf(
  { engine, lock, variables }: Pick<EnvironmentRequest, 'engine' | 'lock' | 'variables'>,
  inspected: InspectedContainer,
  container: ContainerState,
  gpu: string | undefined,
): Promise<EnvironmentIdentity> {
  const digests = await engineCommand(
    engine,
    ['image', 'inspect', '--format', '{{json .RepoDigests}}', container.imageId],
    { variables },
  ).catch(() => '[]');
  const network = networkOf(inspected);
  return {
    kind: 'devcontainer',
    ...(lock === undefined ? {} : { lock }),
    container: {
      engine: engine.kind,
      engineVersion: engine.version,
      id: container.id,
      name: container.name,
      imageId: container.imageId,
      repoDigests: stringsOf(digests),
      user: container.remoteUser,
      workspaceFolder: container.remoteWorkspaceFolder,
      ...(gpu === undefined ? {} : { gpu }),
      ...(network === undefined ? {} : { network }),
    },
  };
}

function networkOf({ HostConfig }: InspectedContainer): string | undefined {
  const mode = HostConfig?.['NetworkMode'];
  return typeof mode === 'string' && mode !== '' ? mode : undefined;
}

function stringsOf(json: string): string[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter(one => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
