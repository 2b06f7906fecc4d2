/**
 * What accelerators this machine has, and what stands between them and a container. Invariant: every question to a
 * tool has a time-out, and what cannot be told is left out, never guessed.
 */
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readCdiSpecs, staleSpecs } from './cdiSpecs.ts';
import { detectAmd } from './detectAmd.ts';
import { detectDrm } from './detectDrm.ts';
import { detectNvidia, loadedNvidiaDriver } from './detectNvidia.ts';
import type { GpuHost } from './gpuHost.ts';
import { readFact, systemRoots, type GpuRoots } from './gpuRoots.ts';

export interface DetectGpusOptions {
  /** The environment in which the vendors' tools are looked for. Default: the own one. */
  readonly variables?: NodeJS.ProcessEnv;
  readonly roots?: GpuRoots;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that one tool may take. Default 5 s. */
  readonly patienceMs?: number;
}

/** Rejects only when aborted. */
export async function detectGpus(options: DetectGpusOptions = {}): Promise<GpuHost> {
  const roots = options.roots ?? systemRoots;
  const ask = {
    variables: options.variables ?? process.env,
    signal: options.signal,
    patienceMs: options.patienceMs,
  };
  const drm = detectDrm(roots);
  const [nvidia, amd, others, cdi, loaded, wsl, groups, toolkit] = await Promise.all([
    detectNvidia(roots, ask),
    drm.then(gpus =>
      detectAmd(
        gpus.filter(gpu => gpu.vendor === 'amd'),
        roots,
        ask,
      ),
    ),
    drm.then(gpus => gpus.filter(gpu => gpu.vendor !== 'amd')),
    readCdiSpecs(roots.cdi),
    loadedNvidiaDriver(roots),
    isWsl(roots),
    groupIds(roots),
    findToolkit(ask.variables),
  ]);
  options.signal?.throwIfAborted();
  const driver = nvidia.driver ?? amd.gpus.find(gpu => gpu.driver !== undefined)?.driver;
  return {
    gpus: [...nvidia.gpus, ...amd.gpus, ...others],
    ...(driver === undefined ? {} : { driver }),
    ...(nvidia.maxCuda === undefined ? {} : { maxCuda: nvidia.maxCuda }),
    wsl,
    cdiDevices: [...new Set(cdi.specs.flatMap(spec => spec.devices))],
    toolkit,
    groups,
    problems: [...nvidia.problems, ...amd.problems, ...cdi.problems, ...staleSpecs(cdi.specs, loaded)],
  };
}

async function isWsl(roots: GpuRoots): Promise<boolean> {
  return /microsoft/i.test(await readFact(roots.proc, 'sys', 'kernel', 'osrelease'));
}

/** From the file: the numbers differ from machine to machine, and a container knows no names of the host. */
async function groupIds(roots: GpuRoots): Promise<GpuHost['groups']> {
  const text = await readFact(roots.etc, 'group');
  const entries = (['video', 'render'] as const).flatMap(name => {
    const [, id] = new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(text) ?? [];
    return id === undefined ? [] : [[name, Number(id)] as const];
  });
  return Object.fromEntries(entries);
}

const toolkitPrograms = [
  ...['nvidia-ctk', 'nvidia-container-runtime-hook', 'nvidia-container-runtime', 'nvidia-cdi-hook'],
  ...['amd-ctk', 'amd-container-runtime'],
];

async function findToolkit(variables: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (variables['PATH'] ?? '').split(delimiter).filter(folder => folder !== '');
  const found = await Promise.all(
    toolkitPrograms.map(async name => {
      const places = await Promise.all(folders.map(async folder => isFile(join(folder, name))));
      return places.some(Boolean) ? [name] : [];
    }),
  );
  return found.flat();
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    entry => entry.isFile(),
    () => false,
  );
}
