/** What there is of a project's devcontainer right now: by looking, never by memory. */
import type { Engine } from '../engine/engine.ts';
import type { Devcontainer } from './readDevcontainer.ts';
import { readContainerNotes } from './containerNotes.ts';
import { containerState } from './containerState.ts';
import { findContainers, labelsOf, specificationLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';
import { environmentFolder } from './environmentFolder.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import type { EnvironmentState } from './environmentState.ts';
import { findDevcontainers } from './findDevcontainers.ts';
import { ourContainer } from './ourContainer.ts';
import { readDevcontainer } from './readDevcontainer.ts';
import { staleReasons } from './staleReasons.ts';
import { workspaceFolderOf } from './upEnvironment.ts';

export interface StateRequest extends Omit<EnvironmentRequest, 'engine'> {
  readonly engine?: Engine | undefined;
  /** False leaves `stale` empty, for who only wants to run something: telling it reads the whole build context. */
  readonly withStale?: boolean | undefined;
  /** Those of the project, the newest first, where they are known already. */
  readonly containers?: readonly InspectedContainer[] | undefined;
}

/**
 * Without an engine the container is not known and left out. Throws where devcontainer.json is broken or several are
 * there and none of them has a container; a project without any has an empty state.
 */
export async function environmentState(request: StateRequest): Promise<EnvironmentState> {
  const found = await findEnvironment(request);
  const { devcontainer, inspected } = found;
  if (devcontainer === undefined) return { stale: [] };
  const { config, name } = devcontainer;
  if (inspected === undefined) return { config, name, stale: [] };
  const folder = environmentFolder(request.cacheFolder, request.root, config);
  const notes = await readContainerNotes(folder, inspected.Id);
  return {
    config,
    name,
    container: containerState(
      inspected,
      request.root,
      notes.shell,
      workspaceFolderOf(devcontainer),
      request.variables,
    ),
    stale:
      request.withStale === false
        ? []
        : await staleReasons(devcontainer, inspected, request.gpus, folder, request.signal),
    ...(notes.smokeTest === undefined ? {} : { smokeTest: notes.smokeTest }),
    ...(notes.setUpProblem === undefined ? {} : { setUpProblem: notes.setUpProblem }),
  };
}

export interface FoundEnvironment {
  readonly devcontainer?: Devcontainer;
  readonly inspected?: InspectedContainer;
}

/** Of several configurations the one that has a container is meant, unless one is named. */
export async function findEnvironment(request: StateRequest): Promise<FoundEnvironment> {
  const { root, engine, variables, signal } = request;
  const looking =
    request.containers ?? (engine === undefined ? [] : findContainers(engine, root, { variables, signal }));
  const [containers, configs] = await Promise.all([looking, findDevcontainers(root)]);
  const [running] =
    configs.length < 2 || request.config !== undefined ? [] : usedConfigs(containers, root, configs);
  if (configs.length === 0 && request.config === undefined) return {};
  const devcontainer = await readDevcontainer(root, request.config ?? running);
  const inspected = ourContainer(containers, devcontainer.path);
  return { devcontainer, ...(inspected === undefined ? {} : { inspected }) };
}

function usedConfigs(
  containers: readonly InspectedContainer[],
  root: string,
  configs: readonly string[],
): string[] {
  return containers.flatMap(container => {
    const label = labelsOf(container)[specificationLabels.config];
    const config = configs.find(one => label === `${root}/${one}`);
    return config === undefined ? [] : [config];
  });
}
