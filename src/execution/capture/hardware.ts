/**
 * What the machine is made of, as far as it can change numbers. Never a serial number, a UUID or a host name. Reads
 * files and asks `nvidia-smi` with a time-out; what cannot be read is left out.
 */
import { readFile, readdir } from 'node:fs/promises';
import { availableParallelism, cpus, machine, platform, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../base/runCommand.ts';
import type { Hardware } from '../../runs/captured.ts';
import { captured, type Known } from '../../runs/known.ts';
import { parseCudaVersion, parseGpuTable, type Gpu } from './nvidiaSmi.ts';

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
  const [os, cpuInfo, nvidia, amd] = await Promise.all([
    osName(root),
    readText(join(root, 'proc', 'cpuinfo')),
    askNvidia(options),
    amdGpus(root),
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
    gpus: [...nvidia.gpus, ...amd],
    ...(nvidia.driver === undefined ? {} : { driver: nvidia.driver }),
    ...(nvidia.cuda === undefined ? {} : { cuda: nvidia.cuda }),
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

interface Nvidia {
  readonly gpus: readonly Gpu[];
  readonly driver: string | undefined;
  readonly cuda: string | undefined;
}

const gpuFields = [
  'name',
  'memory.total',
  'driver_version',
  'compute_cap',
  'mig.mode.current',
  'ecc.mode.current',
];

async function askNvidia(options: HardwareOptions): Promise<Nvidia> {
  const loaded = await readText(join(options.systemRoot ?? '/', 'proc', 'driver', 'nvidia', 'version'));
  const moduleVersion = /Kernel Module(?: for \S+)?\s+(\d[\d.]*)/.exec(loaded)?.[1];
  const [table, details] = await Promise.all([gpuTable(gpuFields, options), ask(['-q', '-x'], options)]);
  // Old drivers do not know every field; the first three have always been there.
  const gpus = parseGpuTable(table ?? (await gpuTable(gpuFields.slice(0, 3), options)) ?? '');
  const cuda = parseCudaVersion(details ?? '');
  return { gpus, driver: gpus[0]?.driver ?? moduleVersion, cuda };
}

async function gpuTable(fields: readonly string[], options: HardwareOptions): Promise<string | undefined> {
  return ask([`--query-gpu=${fields.join(',')}`, '--format=csv'], options);
}

/** What `nvidia-smi` prints, or undefined when it is missing, fails or does not answer. */
async function ask(args: readonly string[], options: HardwareOptions): Promise<string | undefined> {
  const variables = options.variables ?? process.env;
  // Under WSL it lies beside the driver's libraries, often not on PATH.
  for (const program of ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi']) {
    try {
      const outcome = await runCommand({
        program,
        args,
        env: { ...variables, LC_ALL: 'C' },
        timeoutMs: options.patienceMs ?? 10_000,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      if (outcome.exitCode === 0) return outcome.stdout.toString('utf8');
    } catch {
      options.signal?.throwIfAborted();
    }
    if (options.systemRoot !== undefined) return undefined;
  }
  return undefined;
}

/** AMD's driver lists its processors as files; a node without SIMDs is the CPU. */
async function amdGpus(root: string): Promise<Gpu[]> {
  const nodes = join(root, 'sys', 'class', 'kfd', 'kfd', 'topology', 'nodes');
  const driver = (await readText(join(root, 'sys', 'module', 'amdgpu', 'version'))).trim();
  const gpus: Gpu[] = [];
  for (const node of await readdir(nodes).catch(() => [])) {
    const properties = await readText(join(nodes, node, 'properties'));
    const value = (name: string): number =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(properties)?.[1] ?? 0);
    if (value('simd_count') === 0) continue;
    const target = value('gfx_target_version');
    const minor = Math.floor(target / 100) % 100;
    const architecture = `gfx${Math.floor(target / 10_000)}${minor.toString(16)}${(target % 100).toString(16)}`;
    const name = (await readText(join(nodes, node, 'name'))).trim();
    gpus.push({
      name: name === '' ? `AMD ${architecture}` : name,
      vendor: 'amd',
      computeCapability: architecture,
      ...(driver === '' ? {} : { driver }),
    });
  }
  return gpus;
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
