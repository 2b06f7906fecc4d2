/**
 * What the machine is made of, as far as it can change numbers. Never a serial number, a UUID or a host name. Reads
 * files and asks `nvidia-smi` with a time-out; what cannot be read is left out.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, machine, platform, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type * as z from 'zod';
import { detectDrm } from '../../environments/gpu/detectDrm.ts';
import { detectNvidia } from '../../environments/gpu/detectNvidia.ts';
import type { HostGpu } from '../../environments/gpu/gpuHost.ts';
import { rootsBelow, systemRoots } from '../../environments/gpu/gpuRoots.ts';
import type { gpuSchema, Hardware } from '../../runs/captured.ts';
import { captured, type Known } from '../../runs/known.ts';

type Gpu = z.infer<typeof gpuSchema>;

export interface HardwareOptions {
  readonly signal?: AbortSignal | undefined;
  /** Where `proc`, `sys` and `etc` lie. Default `/`. */
  readonly systemRoot?: string;
  /** The environment to find `nvidia-smi` with. Default: the own one. */
  readonly variables?: NodeJS.ProcessEnv;
  /** How long `nvidia-smi` may take; it hangs on sick drivers. Default 10 s. */
  readonly patienceMs?: number;
}

/** Rejects only when aborted. */
export async function captureHardware(options: HardwareOptions = {}): Promise<Known<Hardware>> {
  const root = options.systemRoot ?? '/';
  const gpuRoots = options.systemRoot === undefined ? systemRoots : rootsBelow(root);
  const ask = {
    variables: options.variables ?? process.env,
    signal: options.signal,
    patienceMs: options.patienceMs ?? 10_000,
  };
  const [os, cpuInfo, nvidia, drm] = await Promise.all([
    osName(root),
    readText(join(root, 'proc', 'cpuinfo')),
    detectNvidia(gpuRoots, ask),
    detectDrm(gpuRoots),
  ]);
  options.signal?.throwIfAborted();
  const [firstCpu] = cpus();
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuInfo)?.[1];
  const model = /^model name\s*:\s*(.*)$/m.exec(cpuInfo)?.[1] ?? firstCpu?.model.trim();
  const libc = libcVersion();
  return captured({
    os,
    kernel: `${type()} ${release()} ${machine()}`,
    ...(libc === undefined ? {} : { libc }),
    ...(model === undefined || model === '' ? {} : { cpuModel: model }),
    ...(flags === undefined ? {} : { cpuFlags: flags.trim().split(/\s+/).sort() }),
    logicalCores: cpus().length,
    availableCores: availableParallelism(),
    memory: totalmem(),
    gpus: [...nvidia.gpus, ...drm.filter(gpu => gpu.vendor === 'amd')].map(recordedGpu),
    ...(nvidia.driver === undefined ? {} : { driver: nvidia.driver }),
    ...(nvidia.maxCuda === undefined ? {} : { cuda: nvidia.maxCuda }),
  });
}

async function osName(root: string): Promise<string> {
  const text = await readText(join(root, 'etc', 'os-release'));
  const pretty = /^PRETTY_NAME="?(.*?)"?$/m.exec(text)?.[1];
  if (pretty !== undefined && pretty !== '') return pretty;
  return platform() === 'darwin' ? `macOS (Darwin ${release()})` : `${type()} ${release()}`;
}

/** Node says which C library it runs on; that is the system's. */
function libcVersion(): string | undefined {
  if (platform() !== 'linux') return undefined;
  const report: unknown = process.report.getReport();
  const header =
    typeof report === 'object' && report !== null && 'header' in report ? report.header : undefined;
  if (typeof header !== 'object' || header === null || !('glibcVersionRuntime' in header)) return undefined;
  return `glibc ${String(header.glibcVersionRuntime)}`;
}

/** As the record knows a GPU: nothing that tells one card of a kind from another, and nothing that changes by the minute. */
export function recordedGpu(gpu: HostGpu): Gpu {
  return {
    name: gpu.name,
    vendor: gpu.vendor,
    ...(gpu.memory === undefined ? {} : { memory: gpu.memory }),
    ...(gpu.driver === undefined ? {} : { driver: gpu.driver }),
    ...(gpu.computeCapability === undefined ? {} : { computeCapability: gpu.computeCapability }),
    ...(gpu.mig === undefined ? {} : { mig: gpu.mig }),
    ...(gpu.ecc === undefined ? {} : { ecc: gpu.ecc }),
  };
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
