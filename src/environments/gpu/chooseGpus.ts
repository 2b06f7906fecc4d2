/** Which GPUs of this machine a request means. Invariant: they are all of one vendor. */
import { gpuMissing, gpuNotPassed, gpusOfTwoVendors, gpuUnknown, migDeviceNeeded } from './errors.ts';
import type { GpuHost, GpuProblem, GpuRequest, GpuVendor, HostGpu, MigDevice } from './gpuHost.ts';

/** One GPU, or one MIG device of it. */
export interface ChosenGpu {
  readonly gpu: HostGpu;
  readonly mig?: { readonly device: MigDevice; readonly index: number };
}

export interface ChosenGpus {
  readonly vendor: GpuVendor;
  /** All that there are of the vendor; then the engine is asked for all, and needs no names. */
  readonly all: boolean;
  readonly gpus: readonly ChosenGpu[];
}

/** Why there is nothing to pass. */
export interface NoGpus {
  readonly problem: GpuProblem;
}

/** Throws where devices are named that are not there. */
export function chooseGpus(
  host: GpuHost,
  request: Exclude<GpuRequest, { want: 'none' }>,
): ChosenGpus | NoGpus {
  if ('devices' in request && request.devices.length > 0) return named(host, request.devices, request.vendor);
  for (const vendor of request.vendor === undefined ? vendors : [request.vendor]) {
    const gpus = host.gpus.filter(
      gpu => gpu.vendor === vendor && (gpu.integrated !== true || request.vendor !== undefined),
    );
    const usable = gpus.flatMap(parts);
    if (usable.length > 0) return { vendor, all: gpus.every(gpu => parts(gpu).length > 0), gpus: usable };
    const [undivided] = gpus;
    if (undivided !== undefined) return { problem: migDeviceNeeded(undivided) };
  }
  const [inTheWay] = host.problems.filter(({ code }) => !code.startsWith('cdi-'));
  return { problem: inTheWay ?? gpuMissing(request.vendor) };
}

/** In the order in which they are looked for: the one that frameworks support best first. */
const vendors: readonly GpuVendor[] = ['nvidia', 'amd', 'intel'];

function named(host: GpuHost, words: readonly string[], vendor: GpuVendor | undefined): ChosenGpus {
  const gpus = host.gpus.filter(gpu => vendor === undefined || gpu.vendor === vendor);
  const chosen = words.map(word => {
    const found = findGpu(gpus, word.trim());
    if (found === undefined) throw gpuUnknown(word, gpus);
    if (found.gpu.mig === true && found.mig === undefined) throw gpuNotPassed(migDeviceNeeded(found.gpu));
    return found;
  });
  const [first] = chosen;
  if (first === undefined || chosen.some(({ gpu }) => gpu.vendor !== first.gpu.vendor))
    throw gpusOfTwoVendors(words);
  const once = chosen.filter((one, place) => chosen.findIndex(other => sameGpu(one, other)) === place);
  return { vendor: first.gpu.vendor, all: false, gpus: once };
}

/** By index (of the first vendor that has it), by `0:1`, by whole UUID, or by the beginning of exactly one. */
function findGpu(gpus: readonly HostGpu[], word: string): ChosenGpu | undefined {
  const all = gpus.flatMap((gpu): ChosenGpu[] => [{ gpu }, ...migParts(gpu)]);
  const [, index, part] = /^(\d+)(?::(\d+))?$/.exec(word) ?? [];
  if (index !== undefined)
    return all.find(
      ({ gpu, mig }) =>
        gpu.index === Number(index) && (part === undefined ? mig === undefined : mig?.index === Number(part)),
    );
  const exact = all.find(one => uuidOf(one)?.toLowerCase() === word.toLowerCase());
  if (exact !== undefined || word.length < 8) return exact;
  const begins = all.filter(one => uuidOf(one)?.toLowerCase().startsWith(word.toLowerCase()) === true);
  return begins.length === 1 ? begins[0] : undefined;
}

export function uuidOf({ gpu, mig }: ChosenGpu): string | undefined {
  return mig === undefined ? gpu.uuid : mig.device.uuid;
}

function sameGpu(one: ChosenGpu, other: ChosenGpu): boolean {
  return one.gpu === other.gpu && one.mig?.index === other.mig?.index;
}

function parts(gpu: HostGpu): ChosenGpu[] {
  return gpu.mig === true ? migParts(gpu) : [{ gpu }];
}

function migParts(gpu: HostGpu): ChosenGpu[] {
  return (gpu.migDevices ?? []).map((device, index) => ({ gpu, mig: { device, index } }));
}
