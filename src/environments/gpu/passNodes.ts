/** AMD and Intel GPUs into a container: AMD by CDI where the engine can, else the device nodes and their groups. */
import type { ChosenGpus } from './chooseGpus.ts';
import { atLeast } from './compareVersions.ts';
import { desktopWithoutGpu, deviceNodesMissing, groupsNotKept } from './errors.ts';
import type { GpuHost } from './gpuHost.ts';
import { isDesktop, type Passed, type PassingEngine } from './passing.ts';

export function passNodes(engine: PassingEngine, host: GpuHost, chosen: ChosenGpus): Passed {
  if (isDesktop(engine)) return { problem: desktopWithoutGpu() };
  const names = chosen.vendor === 'amd' ? amdByCdi(engine, host, chosen) : undefined;
  if (names !== undefined) return { runArgs: names.flatMap(name => ['--device', name]), how: 'cdi' };
  const nodes = chosen.gpus.flatMap(({ gpu }) => gpu.nodes ?? []);
  if (nodes.length === 0) return { problem: deviceNodesMissing(chosen.vendor) };
  const groups = groupWords(engine, host);
  if ('problem' in groups) return groups;
  const compute = chosen.vendor === 'amd' ? ['/dev/kfd'] : [];
  return {
    runArgs: [
      ...[...compute, ...new Set(nodes)].flatMap(node => ['--device', node]),
      ...groups.words,
      // ROCm maps memory of another process for collectives, which the default profile forbids.
      ...(chosen.vendor === 'amd' ? ['--security-opt', 'seccomp=unconfined'] : []),
    ],
    how: 'device-nodes',
  };
}

/** Numeric: the names of the host's groups mean other numbers, or nothing, inside the image. */
function groupWords(
  { kind, facts }: PassingEngine,
  host: GpuHost,
): { readonly words: readonly string[] } | Extract<Passed, { problem: unknown }> {
  if (facts.rootless) {
    // In the user namespace of rootless Docker the host's groups do not exist: the nodes must be open to the user.
    if (kind === 'docker') return { words: [] };
    const runtime = facts.defaultRuntime ?? 'crun';
    return runtime.includes('crun')
      ? { words: ['--group-add', 'keep-groups'] }
      : { problem: groupsNotKept(runtime) };
  }
  const ids = [host.groups.video, host.groups.render].filter(id => id !== undefined);
  return { words: ids.flatMap(id => ['--group-add', String(id)]) };
}

function amdByCdi(engine: PassingEngine, host: GpuHost, chosen: ChosenGpus): string[] | undefined {
  const kind = 'amd.com/gpu';
  const can =
    engine.kind === 'podman'
      ? atLeast(engine.version, '4.1')
      : engine.facts.discoveredDevices.length > 0 || engine.facts.cdiSpecDirs.length > 0;
  if (!can) return undefined;
  const listed = new Set([...engine.facts.discoveredDevices.map(({ id }) => id), ...host.cdiDevices]);
  if (chosen.all && listed.has(`${kind}=all`)) return [`${kind}=all`];
  const names = chosen.gpus.map(({ gpu }) => `${kind}=${gpu.index}`);
  return names.every(name => listed.has(name)) ? names : undefined;
}
