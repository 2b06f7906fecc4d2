/** Which environment a container is, for the plan: what must be known to have the same one again. */
import * as z from 'zod';
import type { EnvironmentIdentity } from '../../runs/plan.ts';
import type { ContainerApi } from './containerApi.ts';
import type { ContainerFacts } from './engineFacts.ts';
import type { OpenedContainer } from './lookAtContainer.ts';

/** What the engine does not tell is left out. Rejects only as `searching` does, for the PATH inside. */
export async function identifyInside(
  api: ContainerApi,
  { record, facts, mounts, name }: OpenedContainer,
  known: EnvironmentIdentity,
  searching: Promise<string | undefined>,
): Promise<EnvironmentIdentity> {
  const imageId = facts === undefined ? undefined : withDigestName(facts.Image);
  const [image, searchPath] = await Promise.all([
    imageId === undefined ? undefined : api.image(imageId).catch(() => undefined),
    searching,
  ]);
  const gpu = facts === undefined ? undefined : gpuOf(facts);
  const { engine, engineVersion, user, endpoint } = record;
  return {
    ...known,
    container: {
      ...{ engine, name, endpoint, id: record.id },
      ...(engineVersion === undefined ? {} : { engineVersion }),
      imageId: imageId ?? '',
      ...(image?.Size === undefined ? {} : { imageBytes: image.Size }),
      ...(facts === undefined ? {} : { image: facts.Config.Image, network: facts.HostConfig.NetworkMode }),
      repoDigests: image?.RepoDigests ?? [],
      ...(user === undefined ? {} : { user }),
      workspaceFolder: record.workspaceFolder ?? '',
      ...(gpu === undefined ? {} : { gpu }),
      ...(searchPath === undefined ? {} : { searchPath }),
      ...(facts === undefined ? {} : { passed: passedOf(facts) }),
      mounts: mounts.map(({ Type, Name, Source, Destination }) => ({
        type: Type,
        source: Type === 'volume' ? (Name ?? Source) : Source,
        target: Destination,
      })),
    },
  };
}

/** Left out where they are the engine's defaults, which another engine may have others of. */
function passedOf({ HostConfig }: ContainerFacts): Record<string, unknown> {
  return Object.fromEntries(
    passedSettings.flatMap(name => {
      const value: unknown = HostConfig[name];
      const isDefault =
        value === undefined ||
        value === null ||
        value === '' ||
        (Array.isArray(value) && value.length === 0) ||
        (name === 'IpcMode' && value !== 'host' && value !== 'private') ||
        (name === 'Runtime' && value !== 'nvidia');
      return isDefault ? [] : [[name, name === 'Ulimits' ? ulimitsOf(value) : value]];
    }),
  );
}

/** Podman tells them by names that it does not take: `RLIMIT_NOFILE`. */
function ulimitsOf(value: unknown): unknown {
  const limits = ulimitsSchema.safeParse(value).data;
  return limits?.map(limit => ({ ...limit, Name: limit.Name.replace(/^RLIMIT_/, '').toLowerCase() })) ?? [];
}

const ulimitsSchema = z.array(z.looseObject({ Name: z.string() }));

const passedSettings = [
  ...['DeviceRequests', 'Devices', 'GroupAdd', 'Runtime', 'ShmSize', 'IpcMode', 'UsernsMode', 'Ulimits'],
  ...['SecurityOpt', 'CapAdd', 'NanoCpus', 'CpusetCpus', 'Memory'],
] as const;

/** Podman writes the digest without its name. */
export function withDigestName(image: string): string {
  return /^[0-9a-f]{64}$/.test(image) ? `sha256:${image}` : image;
}

function gpuOf({ HostConfig, Config }: ContainerFacts): string | undefined {
  const requests = HostConfig.DeviceRequests ?? [];
  if (requests.length > 0) return `device request ${JSON.stringify(requests)}`;
  const nodes = (HostConfig.Devices ?? [])
    .map(({ PathOnHost }) => PathOnHost)
    .filter(path => /nvidia|\/dev\/dri|\/dev\/kfd/.test(path));
  if (nodes.length > 0) return nodes.join(', ');
  const visible = (Config.Env ?? []).find(entry => entry.startsWith('NVIDIA_VISIBLE_DEVICES='));
  return HostConfig.Runtime === 'nvidia' && visible !== undefined ? visible : undefined;
}
