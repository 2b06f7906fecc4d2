/** Asks an engine what it is. */
import type { EngineAddress } from './engineConnection.ts';
import { EngineClient } from './engineClient.ts';
import type { EngineFacts, EngineKind } from './engine.ts';
import type { EngineInfo } from './shapes.ts';

export interface ProbedEngine {
  readonly kind: EngineKind;
  readonly version: string;
  readonly apiVersion: string;
  readonly desktop: boolean;
  readonly facts: EngineFacts;
}

/** @throws LockstepError of errors.ts, and the signal's reason. */
export async function probeEngine(address: EngineAddress, signal: AbortSignal): Promise<ProbedEngine> {
  const client = await EngineClient.connect(address);
  const [version, info] = await Promise.all([client.version(signal), client.info(signal)]);
  const podman = version.Components.find(({ Name }) => Name === 'Podman Engine');
  return {
    kind: podman === undefined ? 'docker' : 'podman',
    version: podman?.Version ?? version.Version,
    apiVersion: version.ApiVersion,
    desktop: info.OperatingSystem === 'Docker Desktop',
    facts: factsOf(info),
  };
}

export function factsOf(info: EngineInfo): EngineFacts {
  const has = (name: string): boolean =>
    info.SecurityOptions.some(option => option.split(',').some(part => part === `name=${name}`));
  return {
    osType: info.OSType || 'linux',
    operatingSystem: info.OperatingSystem,
    kernel: info.KernelVersion,
    rootless: has('rootless') || info.Rootless === true,
    selinux: has('selinux'),
    runtimes: info.Runtimes,
    discoveredDevices: info.DiscoveredDevices.filter(({ Source }) => Source === 'cdi').map(({ ID }) => ({
      id: ID,
    })),
    cdiSpecDirs: info.CDISpecDirs,
    ...told('cgroupVersion', info.CgroupVersion),
    ...told('cgroupDriver', info.CgroupDriver),
    ...told('defaultRuntime', info.DefaultRuntime),
    ...told('root', info.DockerRootDir),
  };
}

function told<Name extends string>(name: Name, value: string): Partial<Record<Name, string>> {
  return value === '' ? {} : ({ [name]: value } as Record<Name, string>);
}
