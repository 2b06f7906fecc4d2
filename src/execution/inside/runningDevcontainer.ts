/** The running devcontainer of a project, and how commands run there. */
import { realpathSync } from 'node:fs';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { environmentState } from '../../environments/devcontainer/environmentStateOf.ts';
import { findDevcontainers } from '../../environments/devcontainer/findDevcontainers.ts';
import { inspectedOf, projectContainers } from '../../environments/devcontainer/projectContainers.ts';
import type { Engine } from '../../environments/engine/engine.ts';
import { EngineClient } from '../../environments/engine/engineClient.ts';
import { findContainer } from './findContainer.ts';
import type { FoundContainer } from './findContainer.ts';

/**
 * With a devcontainer.json, its container; without one, whatever carries the label of the folder. Undefined when
 * nothing of the project runs. Asks the engine by its API alone: a start of its program costs more than all the rest.
 */
export async function runningDevcontainer(
  engine: Engine,
  root: string,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<FoundContainer | undefined> {
  const { kind, version, endpoint } = engine;
  if ((await findDevcontainers(root)).length === 0)
    return findContainer({
      ...{ kind, version, endpoint, environment: variables },
      folders: [root, realpathSync(root)],
    });
  const client = await EngineClient.connect(engine);
  const { container } = await environmentState({
    ...{ root, engine, variables, signal },
    cacheFolder: lockstepCacheFolder(variables),
    containers: (await projectContainers(client, root, signal)).flatMap(one => inspectedOf(one) ?? []),
    withStale: false,
  });
  if (container?.state !== 'running') return undefined;
  const { id, name, remoteUser, remoteEnv } = container;
  return {
    target: { ...{ engine: kind, engineVersion: version, endpoint, id, name }, user: remoteUser },
    inside: remoteEnv,
  };
}
