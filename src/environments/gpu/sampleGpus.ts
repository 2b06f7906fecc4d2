/** What the GPUs of this machine are doing now: memory, load, and who uses them. */
import { askTool, type AskOptions } from './askTool.ts';
import { detectDrm } from './detectDrm.ts';
import type { HostGpu } from './gpuHost.ts';
import { systemRoots, type GpuRoots } from './gpuRoots.ts';
import { parseComputeApps, parseGpuTable, type GpuProcess } from './nvidiaSmi.ts';

export interface GpuSample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly gpus: readonly HostGpu[];
  /** Of NVIDIA: processes that compute. AMD does not tell them without its tools. */
  readonly processes: readonly GpuProcess[];
}

const liveFields = 'name,memory.total,index,uuid,memory.used,utilization.gpu';

/** Two short questions; what does not answer in time is left out. Rejects only when aborted. */
export async function sampleGpus(
  options: Partial<AskOptions> & { readonly roots?: GpuRoots } = {},
): Promise<GpuSample> {
  const ask = { ...options, variables: options.variables ?? process.env };
  const [table, apps, drm] = await Promise.all([
    askTool('nvidia-smi', [`--query-gpu=${liveFields}`, '--format=csv'], ask),
    askTool(
      'nvidia-smi',
      ['--query-compute-apps=pid,gpu_uuid,used_gpu_memory,process_name', '--format=csv'],
      ask,
    ),
    detectDrm(options.roots ?? systemRoots),
  ]);
  options.signal?.throwIfAborted();
  return {
    time: Date.now(),
    gpus: [...(table.how === 'answered' ? parseGpuTable(table.text) : []), ...drm],
    processes: apps.how === 'answered' ? parseComputeApps(apps.text) : [],
  };
}
