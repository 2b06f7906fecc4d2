/** Joins what AMD's tools tell (names, memory, driver) with the device nodes that the kernel tells. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAmdSmi, parseRocmSmi } from './amdTools.ts';
import { askTool, type AskOptions } from './askTool.ts';
import type { GpuProblem, HostGpu } from './gpuHost.ts';
import type { GpuRoots } from './gpuRoots.ts';

const rocmSmiWords = [
  ...['--showproductname', '--showmeminfo', 'vram', '--showdriverversion', '--showbus'],
  ...['--showuniqueid', '--showuse', '--json'],
];

/** `ofKernel` are the AMD GPUs of detectDrm. No tool is started where the kernel knows no AMD GPU. */
export async function detectAmd(
  ofKernel: readonly HostGpu[],
  roots: GpuRoots,
  options: AskOptions,
): Promise<{ readonly gpus: readonly HostGpu[]; readonly problems: readonly GpuProblem[] }> {
  if (ofKernel.length === 0) return { gpus: [], problems: [] };
  const kfd = await stat(join(roots.dev, 'kfd')).catch(() => undefined);
  const problems = kfd === undefined ? [noComputeInterface()] : [];
  const told = await askTools(options);
  const gpus = ofKernel.map(gpu => {
    const one = told.find(other => other.busId !== undefined && other.busId === gpu.busId?.toLowerCase());
    const same = one ?? (told.length === ofKernel.length ? told[gpu.index] : undefined);
    return same === undefined ? gpu : { ...gpu, ...same, index: gpu.index, nodes: gpu.nodes ?? [] };
  });
  return { gpus, problems };
}

async function askTools(options: AskOptions): Promise<HostGpu[]> {
  const amd = await askTool('amd-smi', ['static', '--json'], options);
  const told = amd.how === 'answered' ? parseAmdSmi(amd.text) : [];
  if (told.length > 0) return told;
  const rocm = await askTool('rocm-smi', rocmSmiWords, options);
  return rocm.how === 'answered' ? parseRocmSmi(rocm.text) : [];
}

function noComputeInterface(): GpuProblem {
  return {
    code: 'kfd-missing',
    message: 'There is an AMD GPU, and /dev/kfd, which ROCm computes through, is missing.',
    mend: 'Load the driver with sudo modprobe amdgpu; cards older than the supported ones have no /dev/kfd',
  };
}
