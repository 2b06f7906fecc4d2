/** What of an inspected container matters for running in it: user, folder and environment as the specification merges them. */
import { environmentOf, labelsOf, ownLabels, specificationLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';
import type { ContainerState } from './environmentState.ts';
import { readMetadata } from './imageMetadata.ts';
import { bindMounts, pathInside } from './mountedPaths.ts';
import { remoteEnvironment } from './remoteEnvironment.ts';
import { devcontainerIdOfLabels } from './substituteVariables.ts';

/**
 * `shell`: the environment that a login shell of the user has there, where it is known; variables that the container
 * itself does not have come from it, as other tools do it. `workspaceFolder` of devcontainer.json, where it has one.
 * `local`: the person's environment, for `${localEnv:…}`.
 */
export function containerState(
  container: InspectedContainer,
  root: string,
  shell: Readonly<Record<string, string>> = {},
  workspaceFolder?: string,
  local: Readonly<Record<string, string | undefined>> = process.env,
): ContainerState {
  const { remoteUser, remoteEnv } = readMetadata(labelsOf(container)[specificationLabels.metadata]);
  const own = environmentOf(container);
  const { StartedAt: startedAt } = container.State;
  const folder =
    workspaceFolder ?? pathInside(bindMounts(container), root) ?? container.Config.WorkingDir ?? '/';
  return {
    id: container.Id,
    name: container.Name.replace(/^\//, ''),
    state: stateOf(container.State.Status),
    imageId: container.Image.startsWith('sha256:') ? container.Image : `sha256:${container.Image}`,
    remoteUser: remoteUser ?? userOf(container),
    remoteWorkspaceFolder: folder,
    remoteEnv: remoteEnvironment(remoteEnv, own, shell, {
      ...{ localEnv: local, localWorkspaceFolder: root, containerWorkspaceFolder: folder },
      devcontainerId: devcontainerIdOfLabels(labelsOf(container)),
    }),
    madeBy: labelsOf(container)[ownLabels.project] === undefined ? 'other' : 'lockstep',
    ...(startedAt === undefined || startedAt.startsWith('0001') ? {} : { startedAt }),
  };
}

/** The image's own, without its group. */
function userOf({ Config: { User } }: InspectedContainer): string {
  return User === undefined || User === null || User === '' ? 'root' : (User.split(':')[0] ?? User);
}

function stateOf(status: string): ContainerState['state'] {
  switch (status) {
    case 'running':
    case 'paused':
    case 'created':
    case 'dead':
      return status;
    // Podman before the first start.
    case 'configured':
    case 'initialized':
      return 'created';
    default:
      return 'exited';
  }
}
