/** What of an image and of a container belongs in a lock: what a program in there could notice, nothing of this machine. */
import { recordedValue } from '../../../base/secretText.ts';
import type { ContainerDetails, ImageDetails } from '../../engine/shapes.ts';
import type { LockedContainer } from '../../environmentLock.ts';
import { sha256Of } from '../readLock.ts';

/** Longer values of labels are written as their hash. */
const longestLabel = 100;

/** Secrets in the image's environment are hidden: a lock is committed. */
export function imageFacts(image: ImageDetails): LockedContainer['image'] {
  const { Config } = image;
  return {
    id: image.Id,
    repoDigests: image.RepoDigests.toSorted(),
    layers: image.RootFS.Layers,
    environment: Object.fromEntries(Config.Env.map(nameAndValue)),
    labels: Object.fromEntries(
      Object.entries(Config.Labels).map(([name, text]) => [
        name,
        text.length > longestLabel ? `sha256:${sha256Of(text)}` : recordedValue(name, text),
      ]),
    ),
    ...(Config.User === '' ? {} : { user: Config.User }),
  };
}

/** @param passed What Lockstep noted when it passed GPUs, or none, for engines that do not tell. */
export function runtimeFacts(
  { HostConfig, Config }: ContainerDetails,
  engine: string,
  passed?: string,
): LockedContainer['runtime'] {
  const { ShmSize, IpcMode, NetworkMode, CapAdd, Ulimits } = HostConfig;
  return {
    engine,
    gpu: gpuOf(HostConfig, Config.Env) ?? (passed?.startsWith('No GPU') === false ? passed : 'none'),
    ...(typeof ShmSize === 'number' ? { shmSize: ShmSize } : {}),
    ...(IpcMode === '' ? {} : { ipc: IpcMode }),
    // An engine that is told nothing takes its bridge.
    ...(NetworkMode === '' ? {} : { network: NetworkMode === 'default' ? 'bridge' : NetworkMode }),
    capAdd: CapAdd.map(name => name.replace(/^CAP_/i, '').toUpperCase()).sort(),
    ulimits: Ulimits.map(
      ({ Name, Soft, Hard }) => `${Name.replace(/^RLIMIT_/, '').toLowerCase()}=${Soft ?? ''}:${Hard ?? ''}`,
    ).sort(),
  };
}

function gpuOf(
  { DeviceRequests, Devices, Runtime }: ContainerDetails['HostConfig'],
  environment: readonly string[],
): string | undefined {
  const requests = DeviceRequests.map(({ DeviceIDs, Count }) =>
    DeviceIDs.length > 0 ? DeviceIDs.join(',') : Count === -1 ? 'all' : `${Count ?? 0}`,
  );
  if (requests.length > 0) return requests.join(' ');
  const nodes = Devices.map(one => one.PathOnHost).filter(path => /nvidia|\/dev\/(?:dri|kfd|dxg)/.test(path));
  if (nodes.length > 0) return nodes.sort().join(',');
  const visible = environment.find(entry => entry.startsWith('NVIDIA_VISIBLE_DEVICES='))?.split('=')[1];
  return Runtime === 'nvidia' && visible !== undefined && visible !== 'void' ? visible : undefined;
}

function nameAndValue(entry: string): [string, string] {
  const at = entry.indexOf('=');
  const name = at < 0 ? entry : entry.slice(0, at);
  return [name, recordedValue(name, at < 0 ? '' : entry.slice(at + 1))];
}
