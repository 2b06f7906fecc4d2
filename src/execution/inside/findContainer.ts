/**
 * Finds the running devcontainer of a project by the labels that every tool sets, whoever made it, and with it how
 * commands are run there: the user and the variables of the configuration, from the label `devcontainer.metadata`
 * (containers.dev, "Image Metadata").
 */
import { metadataLabel, readMetadata } from '../../environments/devcontainer/imageMetadata.ts';
import { remoteEnvironment } from '../../environments/devcontainer/remoteEnvironment.ts';
import { devcontainerIdOfLabels } from '../../environments/devcontainer/substituteVariables.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { ContainerApi } from './containerApi.ts';
import { isNotAnswering } from './engineCalls.ts';
import type { ContainerFacts } from './engineFacts.ts';
import { pathMap } from './pathMap.ts';
import { environmentOf } from './probeInside.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface FoundContainer {
  readonly target: ContainerRecord;
  /** Over the container's own environment, for every command; may hold secrets. */
  readonly inside: Readonly<Record<string, string>>;
}

export interface ContainerQuestion {
  readonly endpoint: string;
  readonly kind: string;
  readonly version?: string | undefined;
  /** Names of the project's folder, absolute: its path, and its real one. */
  readonly folders: readonly string[];
  /** Of the person, for `${localEnv:NAME}`. */
  readonly environment: Variables;
}

/** The newest of those that run; undefined when none does. Rejects only with an answer that says no. */
export async function findContainer(question: ContainerQuestion): Promise<FoundContainer | undefined> {
  const { endpoint, folders, environment } = question;
  const api = new ContainerApi(endpoint);
  const found: ContainerFacts[] = [];
  for (const folder of new Set(folders)) {
    const ids = await api.list([`devcontainer.local_folder=${folder}`]).catch((error: unknown) => {
      if (isNotAnswering(error)) return [];
      throw error;
    });
    for (const id of ids) {
      const facts = await api.inspect(id);
      // One that a run of its own lives in is nobody else's.
      if (facts?.State.Running === true && facts.Config.Labels?.['lockstep.run'] === undefined)
        found.push(facts);
    }
  }
  const [newest] = found.sort((a, b) => (a.State.StartedAt < b.State.StartedAt ? 1 : -1));
  if (newest === undefined) return undefined;
  const { remoteUser } = readMetadata(newest.Config.Labels?.[metadataLabel]);
  const user = remoteUser ?? (newest.Config.User === '' ? undefined : newest.Config.User);
  return {
    target: {
      ...{ engine: question.kind, endpoint, id: newest.Id, name: newest.Name.replace(/^\//, '') },
      ...(question.version === undefined ? {} : { engineVersion: question.version }),
      ...(user === undefined ? {} : { user }),
    },
    inside: remoteVariables(
      newest.Config.Labels ?? {},
      newest.Config.Env ?? [],
      environment,
      workspaceFolderOf(newest, folders),
    ),
  };
}

function workspaceFolderOf({ Mounts }: ContainerFacts, folders: readonly string[]): string | undefined {
  const map = pathMap(Mounts ?? []);
  return folders.map(folder => map.toContainer(folder)).find(folder => folder !== undefined);
}

/**
 * The variables that commands get over the container's own.
 * @param labels Of the container or its image.
 * @param env Of the container, `NAME=value`.
 * @param workspaceFolder Where the project is inside.
 */
export function remoteVariables(
  labels: Variables,
  env: readonly string[],
  local: Variables,
  workspaceFolder: string | undefined,
): Record<string, string> {
  return remoteEnvironment(
    readMetadata(labels[metadataLabel]).remoteEnv,
    environmentOf(env.join('\0')),
    {},
    {
      localEnv: local,
      localWorkspaceFolder: labels['devcontainer.local_folder'],
      containerWorkspaceFolder: workspaceFolder,
      devcontainerId: devcontainerIdOfLabels(labels),
    },
  );
}
