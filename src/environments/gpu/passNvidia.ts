/** NVIDIA GPUs into a container: by CDI where the engine can and a specification is there, else by Docker's hook. */
import type { CdiDevice } from '../engine/engine.ts';
import { uuidOf, type ChosenGpu, type ChosenGpus } from './chooseGpus.ts';
import { atLeast } from './compareVersions.ts';
import {
  cdiDeviceMissing,
  cdiSpecMissing,
  cdiSwitchedOff,
  desktopWithoutGpu,
  noNvidiaRuntime,
  podmanTooOld,
  selectionImpossible,
} from './errors.ts';
import type { GpuHost } from './gpuHost.ts';
import { gpusValue, isDesktop, type Passed, type PassingEngine } from './passing.ts';

const kind = 'nvidia.com/gpu';

export function passNvidia(engine: PassingEngine, host: GpuHost, chosen: ChosenGpus): Passed {
  const desktop = isDesktop(engine);
  // Its virtual machine has the GPU under Windows alone, where it is that of WSL.
  if (desktop && !/microsoft|wsl/i.test(engine.facts.kernel)) return { problem: desktopWithoutGpu() };
  if ((desktop || host.wsl) && !chosen.all) return { problem: selectionImpossible() };
  const hasToolkit = host.toolkit?.includes('nvidia-ctk') === true;
  const stale = host.problems.find(({ code }) => code === 'cdi-stale');
  if (engine.kind === 'podman') {
    if (!atLeast(engine.version, '4.1')) return { problem: podmanTooOld(engine.version) };
    const listed = host.cdiDevices.filter(isNvidia);
    if (listed.length === 0) return { problem: cdiSpecMissing('nvidia', 'Podman', hasToolkit) };
    return stale === undefined ? byCdi(listed, chosen) : { problem: stale };
  }
  const listed = desktop ? [] : cdiOfDocker(engine, host);
  const hook =
    desktop ||
    engine.facts.runtimes.includes('nvidia') ||
    host.toolkit?.includes('nvidia-container-runtime-hook') === true;
  if (listed.length > 0 && stale === undefined) {
    const passed = byCdi(listed, chosen);
    return 'problem' in passed && hook ? byFlag(chosen) : passed;
  }
  if (hook) return byFlag(chosen);
  if (listed.length > 0 && stale !== undefined) return { problem: stale };
  if (host.cdiDevices.some(isNvidia) && atLeast(engine.version, '25')) return { problem: cdiSwitchedOff() };
  if (atLeast(engine.version, '28.2'))
    return { problem: cdiSpecMissing('nvidia', `Docker ${engine.version}`, hasToolkit) };
  return { problem: noNvidiaRuntime(engine.facts.rootless ? 'docker-rootless' : 'docker', hasToolkit) };
}

/**
 * From 28.2 on the engine lists the devices it knows. From 25 on it knows them without saying so, and names its folders
 * of specifications only where CDI is switched on: then the files of this machine tell.
 */
function cdiOfDocker({ version, facts }: PassingEngine, host: GpuHost): string[] {
  const listed = facts.discoveredDevices.map(({ id }: CdiDevice) => id).filter(isNvidia);
  if (listed.length > 0) return listed;
  if (!atLeast(version, '25') || atLeast(version, '28.2') || facts.cdiSpecDirs.length === 0) return [];
  return host.cdiDevices.filter(isNvidia);
}

function isNvidia(name: string): boolean {
  return name.startsWith(`${kind}=`);
}

function byCdi(listed: readonly string[], chosen: ChosenGpus): Passed {
  if (chosen.all && listed.includes(`${kind}=all`)) return words([`${kind}=all`]);
  const names: string[] = [];
  for (const one of chosen.gpus) {
    const wanted = cdiNames(one);
    const name = wanted.find(candidate => listed.includes(candidate));
    if (name === undefined) return { problem: cdiDeviceMissing(wanted[0] ?? kind, listed) };
    names.push(name);
  }
  return words(names);
}

function words(names: readonly string[]): Passed {
  return { runArgs: names.flatMap(name => ['--device', name]), how: 'cdi' };
}

/** `nvidia-ctk cdi generate` names devices by UUID, by index, or by type and index, as it is told. */
function cdiNames(one: ChosenGpu): string[] {
  const { gpu, mig } = one;
  const uuid = uuidOf(one);
  const index = mig === undefined ? `${gpu.index}` : `${gpu.index}:${mig.index}`;
  const typed = mig === undefined ? `gpu${index}` : `mig${index}`;
  return [...(uuid === undefined ? [] : [uuid]), index, typed].map(name => `${kind}=${name}`);
}

function byFlag(chosen: ChosenGpus): Passed {
  if (chosen.all && chosen.gpus.every(({ mig }) => mig === undefined))
    return { runArgs: ['--gpus', 'all'], how: 'gpus-flag' };
  const devices = chosen.gpus.map(
    one => uuidOf(one) ?? `${one.gpu.index}${one.mig === undefined ? '' : `:${one.mig.index}`}`,
  );
  return { runArgs: ['--gpus', gpusValue(devices)], how: 'gpus-flag' };
}
