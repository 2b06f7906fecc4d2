/** What of an inspected container matters for running in it: user, folder and environment as the specification merges them. */
import * as z from 'zod';
import { environmentOf, labelsOf, ownLabels, specificationLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';
import type { ContainerState } from './environmentState.ts';
import { bindMounts, pathInside } from './mountedPaths.ts';
import { devcontainerIdOfLabels, substituteVariables } from './substituteVariables.ts';
import type { VariableSources } from './substituteVariables.ts';

const metadataSchema = z.array(
  z.looseObject({
    remoteUser: z.string().optional(),
    containerUser: z.string().optional(),
    remoteEnv: z.record(z.string(), z.union([z.string(), z.null()])).optional(),
    userEnvProbe: z.string().optional(),
  }),
);

/** What the labels of the specification say of a container: of several entries the last one wins. */
export interface RemoteSettings {
  readonly user: string;
  /** Not yet with variables replaced; null takes a variable away. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly probe: 'none' | 'loginInteractiveShell' | 'interactiveShell' | 'loginShell';
}

export function remoteSettings(container: InspectedContainer): RemoteSettings {
  const entries = metadataOf(container);
  const last = <T>(read: (entry: z.infer<typeof metadataSchema>[number]) => T | undefined): T | undefined =>
    entries.map(read).findLast(value => value !== undefined);
  const probe = last(entry => entry.userEnvProbe);
  const own = container.Config.User;
  return {
    user:
      last(entry => entry.remoteUser) ??
      last(entry => entry.containerUser) ??
      (own === undefined || own === null || own === '' ? 'root' : (own.split(':')[0] ?? own)),
    environment: Object.assign({}, ...entries.map(entry => entry.remoteEnv ?? {})) as Record<
      string,
      string | null
    >,
    probe:
      probe === 'none' || probe === 'interactiveShell' || probe === 'loginShell'
        ? probe
        : 'loginInteractiveShell',
  };
}

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
  const settings = remoteSettings(container);
  const own = environmentOf(container);
  const { StartedAt: startedAt } = container.State;
  const folder =
    workspaceFolder ?? pathInside(bindMounts(container), root) ?? container.Config.WorkingDir ?? '/';
  return {
    id: container.Id,
    name: container.Name.replace(/^\//, ''),
    state: stateOf(container.State.Status),
    imageId: container.Image.startsWith('sha256:') ? container.Image : `sha256:${container.Image}`,
    remoteUser: settings.user,
    remoteWorkspaceFolder: folder,
    remoteEnv: remoteEnvironment(settings.environment, own, shell, {
      ...{ localEnv: local, localWorkspaceFolder: root, containerWorkspaceFolder: folder },
      devcontainerId: devcontainerIdOfLabels(labelsOf(container)),
    }),
    madeBy: labelsOf(container)[ownLabels.project] === undefined ? 'other' : 'lockstep',
    ...(startedAt === undefined || startedAt.startsWith('0001') ? {} : { startedAt }),
  };
}

/** What commands get beyond the container's own environment: of the login shell what differs, then `remoteEnv`. */
export function remoteEnvironment(
  remote: Readonly<Record<string, string | null>>,
  own: Readonly<Record<string, string>>,
  shell: Readonly<Record<string, string>>,
  sources: Omit<VariableSources, 'containerEnv'>,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(shell)) {
    if (own[name] === value || ofTheShellItself.has(name)) continue;
    result[name] = name === 'PATH' ? joinedPath(value, own['PATH']) : value;
  }
  const seen = { ...own, ...result };
  for (const [name, value] of Object.entries(remote)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = substituteVariables(value, { ...sources, containerEnv: seen });
  }
  return result;
}

const ofTheShellItself = new Set(['_', 'PWD', 'OLDPWD', 'SHLVL', 'HOSTNAME', 'TERM']);

/** The container's own folders that a login script dropped come after those of the shell. */
function joinedPath(shell: string, own: string | undefined): string {
  const folders = shell.split(':');
  for (const folder of (own ?? '').split(':'))
    if (folder !== '' && !folders.includes(folder)) folders.push(folder);
  return folders.join(':');
}

function metadataOf(container: InspectedContainer): z.infer<typeof metadataSchema> {
  const text = labelsOf(container)[specificationLabels.metadata];
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    const parsed = metadataSchema.safeParse(Array.isArray(value) ? value : [value]);
    return parsed.success ? parsed.data : [];
  } catch {
    // A label that somebody else wrote: what it would have said is not known.
    return [];
  }
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
