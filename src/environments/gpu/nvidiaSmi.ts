/** Reads what `nvidia-smi` prints. Its output is not guaranteed to be stable, so every field may be missing. */
import type { HostGpu, MigDevice } from './gpuHost.ts';

/** Fields to ask for; the first three have always been there, and old drivers refuse some of the others. */
export const gpuFields: readonly string[] = [
  'name',
  'memory.total',
  'driver_version',
  'index',
  'uuid',
  'pci.bus_id',
  'memory.used',
  'utilization.gpu',
  'compute_cap',
  'mig.mode.current',
  'ecc.mode.current',
];

/** One GPU a line of `--query-gpu=… --format=csv`, by the names in its first line. Anything else gives no GPUs. */
export function parseGpuTable(text: string): HostGpu[] {
  return readTable(text, 'name').flatMap((cell, line) => {
    const name = cell('name');
    if (name === undefined) return [];
    const index = numberOf(cell('index'));
    const mig = cell('mig.mode.current');
    const ecc = cell('ecc.mode.current');
    return [
      withoutGaps<HostGpu>({
        vendor: 'nvidia',
        index: index !== undefined && Number.isSafeInteger(index) ? index : line,
        name,
        uuid: cell('uuid'),
        busId: cell('pci.bus_id'),
        memory: bytesOf(cell('memory.total')),
        memoryUsed: bytesOf(cell('memory.used')),
        utilisation: numberOf(cell('utilization.gpu')),
        computeCapability: cell('compute_cap'),
        driver: cell('driver_version'),
        mig: mig === undefined ? undefined : mig === 'Enabled',
        ecc: ecc === undefined ? undefined : ecc === 'Enabled',
      }),
    ];
  });
}

export interface GpuProcess {
  readonly pid: number;
  /** `GPU-…` or `MIG-…`. */
  readonly gpu?: string;
  /** Bytes of GPU memory; absent where the driver does not tell (WSL, vGPU). */
  readonly memory?: number;
  readonly name?: string;
}

/** `--query-compute-apps=pid,gpu_uuid,used_gpu_memory,process_name --format=csv`. */
export function parseComputeApps(text: string): GpuProcess[] {
  return readTable(text, 'pid').flatMap(cell => {
    const pid = numberOf(cell('pid'));
    if (pid === undefined || !Number.isSafeInteger(pid) || pid <= 0) return [];
    return [
      withoutGaps<GpuProcess>({
        pid,
        gpu: cell('gpu_uuid'),
        memory: bytesOf(cell('used_gpu_memory') ?? cell('used_memory')),
        name: cell('process_name'),
      }),
    ];
  });
}

/** The newest CUDA version the driver serves, from `nvidia-smi -q -x` or from the head of the plain report. */
export function parseCudaVersion(text: string): string | undefined {
  return (/<cuda_version>\s*([\d.]+)/.exec(text) ?? /CUDA Version\s*:\s*([\d.]+)/.exec(text))?.[1];
}

/**
 * Brands of `nvidia-smi -q -x` by UUID, as NVIDIA_REQUIRE_* writes them: `NVIDIA RTX` → `nvidiartx`. The file is read
 * by pattern: its document type changes with every driver, and only these two elements are needed.
 */
export function parseBrands(xml: string): Map<string, string> {
  const brands = new Map<string, string>();
  for (const part of xml.split(/<gpu id=/).slice(1)) {
    const uuid = /<uuid>\s*([^<\s]+)\s*<\/uuid>/.exec(part)?.[1];
    const brand = /<product_brand>([^<]*)<\/product_brand>/.exec(part)?.[1];
    if (uuid !== undefined && brand !== undefined) brands.set(uuid, brandWord(brand));
  }
  return brands;
}

/** `Quadro RTX` → `quadrortx`; what the driver does not know is `unknown`, which images ask for by this name. */
export function brandWord(brand: string): string {
  const word = brand.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return word === '' || word === 'na' ? 'unknown' : word;
}

/** The MIG devices of `nvidia-smi -L`, under the UUID of the GPU that each is a part of. */
export function parseMigList(text: string): Map<string, MigDevice[]> {
  const devices = new Map<string, MigDevice[]>();
  let current: MigDevice[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const gpu = /^GPU \d+: .*\(UUID: ([^)\s]+)\)/.exec(line)?.[1];
    if (gpu !== undefined) {
      current = devices.get(gpu) ?? [];
      devices.set(gpu, current);
      continue;
    }
    const [, profile, uuid] = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)\s]+)\)/.exec(line) ?? [];
    if (profile !== undefined && uuid !== undefined) current?.push({ uuid, profile });
  }
  return devices;
}

type Cell = (name: string) => string | undefined;

/** Lines of a CSV report with a first line of names, which may carry a unit: `memory.total [MiB]`. */
function readTable(text: string, needed: string): Cell[] {
  const [first = '', ...lines] = text.split(/\r?\n/).filter(line => line.trim() !== '');
  const names = first.split(',').map(name => name.trim());
  if (!names.includes(needed)) return [];
  return lines.flatMap(line => {
    const cells = line.split(',').map(cell => cell.trim());
    if (cells.length !== names.length) return [];
    return [
      (name: string): string | undefined => {
        const value = cells[names.findIndex(title => title === name || title.startsWith(`${name} [`))];
        return value === undefined || notTold.test(value) ? undefined : value;
      },
    ];
  });
}

const notTold =
  /^(?:\[?(?:N\/A|Not Supported|Unknown Error|GPU is lost|GPU requires reset|Not Found|Insufficient.*)\]?|)$/i;

function bytesOf(text: string | undefined): number | undefined {
  const [, amount, unit] = /^([\d.]+)\s*(KiB|MiB|GiB)?$/.exec(text ?? '') ?? [];
  if (amount === undefined) return undefined;
  const scale = unit === 'GiB' ? 2 ** 30 : unit === 'KiB' ? 2 ** 10 : 2 ** 20;
  const bytes = Math.round(Number(amount) * scale);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  const [, amount] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text ?? '') ?? [];
  return amount === undefined ? undefined : Number(amount);
}

/** The same without the keys that are undefined: an absent field is absent, also in JSON and in comparisons. */
function withoutGaps<Whole extends object>(value: {
  [Key in keyof Whole]: Whole[Key] | undefined;
}): Whole {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Whole;
}
