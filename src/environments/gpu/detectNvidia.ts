/**
 * The NVIDIA GPUs of this machine: from `nvidia-smi`, else from the driver's files, else from the bus, where a card
 * without a driver still shows. Invariant: never a guess; a card that cannot be used is a problem, not a GPU.
 */
import { readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { askTool, type AskOptions, type ToolAnswer } from './askTool.ts';
import type { GpuProblem, HostGpu } from './gpuHost.ts';
import { listFolder, readFact, type GpuRoots } from './gpuRoots.ts';
import { gpuFields, parseBrands, parseCudaVersion, parseGpuTable, parseMigList } from './nvidiaSmi.ts';
import {
  driverNotLoaded,
  explainNvidiaSmi,
  migWithoutDevices,
  nvidiaSmiHangs,
  nvidiaSmiMissing,
  nvidiaWithoutDriver,
} from './nvidiaProblems.ts';

export interface NvidiaFinding {
  readonly gpus: readonly HostGpu[];
  readonly driver?: string | undefined;
  readonly maxCuda?: string | undefined;
  readonly problems: readonly GpuProblem[];
}

/** Rejects only when aborted. */
export async function detectNvidia(roots: GpuRoots, options: AskOptions): Promise<NvidiaFinding> {
  const program = await nvidiaSmi(roots, options);
  const [loaded, table, details, cards] = await Promise.all([
    loadedNvidiaDriver(roots),
    askForTable(program, options),
    askTool(program, ['-q', '-x'], options),
    cardsOnTheBus(roots),
  ]);
  options.signal?.throwIfAborted();
  const told = table.how === 'answered' ? parseGpuTable(table.text) : [];
  if (told.length > 0) {
    const xml = details.how === 'answered' ? details.text : '';
    const gpus = await withMig(program, withBrands(told, xml), options);
    const problems = gpus
      .filter(gpu => gpu.mig === true && (gpu.migDevices ?? []).length === 0)
      .map(gpu => migWithoutDevices(gpu.index));
    return { gpus, driver: told[0]?.driver ?? loaded, maxCuda: parseCudaVersion(xml), problems };
  }
  if (loaded === undefined && table.how === 'missing')
    return { gpus: [], problems: cards.length === 0 ? [] : [nvidiaWithoutDriver(cards.length, cards[0])] };
  if (table.how === 'missing') {
    const gpus = await gpusOfDriverFiles(roots);
    return { gpus, driver: loaded, problems: gpus.length === 0 ? [] : [nvidiaSmiMissing()] };
  }
  // Driver packages lie around on machines without a card (images of cloud machines, moved disks): that is no trouble.
  if (loaded === undefined && cards.length === 0 && !(await exists(join(roots.dev, 'dxg'))))
    return { gpus: [], problems: [] };
  return { gpus: [], driver: loaded, problems: [whyNoTable(table, loaded, cards)] };
}

function whyNoTable(
  table: ToolAnswer,
  loaded: string | undefined,
  cards: readonly (string | undefined)[],
): GpuProblem {
  if (table.how === 'hangs') return nvidiaSmiHangs();
  const foreign = cards.find(driver => driver === 'nouveau' || driver === 'vfio-pci');
  if (loaded === undefined && foreign !== undefined) return nvidiaWithoutDriver(cards.length, foreign);
  if (table.how === 'failed') return explainNvidiaSmi(table.exitCode, table.text);
  return table.how === 'answered' ? explainNvidiaSmi(0, table.text) : driverNotLoaded();
}

/** The version of the module in the kernel, open or proprietary; undefined where none is loaded. */
export async function loadedNvidiaDriver(roots: Pick<GpuRoots, 'proc'>): Promise<string | undefined> {
  const text = await readFact(roots.proc, 'driver', 'nvidia', 'version');
  return /Kernel Module(?: for \S+)?\s+(\d[\d.]*)/.exec(text)?.[1];
}

/** Under WSL it lies beside the driver's libraries, which is often not on PATH. */
async function nvidiaSmi(roots: GpuRoots, options: AskOptions): Promise<string> {
  const beside = join(roots.wsl, 'nvidia-smi');
  if (!(await exists(beside))) return 'nvidia-smi';
  return (await askTool('nvidia-smi', ['--version'], options)).how === 'missing' ? beside : 'nvidia-smi';
}

/** Old drivers refuse the whole question for one field they do not know, and name it. */
async function askForTable(program: string, options: AskOptions): Promise<ToolAnswer> {
  let fields = gpuFields;
  for (;;) {
    const answer = await askTool(program, [`--query-gpu=${fields.join(',')}`, '--format=csv'], options);
    if (answer.how !== 'failed') return answer;
    const [, refused] = /Field "([^"]+)" is not a valid field/i.exec(answer.text) ?? [];
    const fewer = fields.filter(field => field !== refused);
    if (refused === undefined || fewer.length === fields.length || fewer.length === 0) return answer;
    fields = fewer;
  }
}

function withBrands(gpus: readonly HostGpu[], xml: string): HostGpu[] {
  const brands = parseBrands(xml);
  return gpus.map(gpu => {
    const brand = brands.get(gpu.uuid ?? '') ?? (gpus.length === 1 ? [...brands.values()][0] : undefined);
    return brand === undefined ? gpu : { ...gpu, brand };
  });
}

async function withMig(program: string, gpus: readonly HostGpu[], options: AskOptions): Promise<HostGpu[]> {
  if (!gpus.some(gpu => gpu.mig === true)) return [...gpus];
  const list = await askTool(program, ['-L'], options);
  const devices = parseMigList(list.how === 'answered' ? list.text : '');
  return gpus.map(gpu =>
    gpu.mig === true ? { ...gpu, migDevices: devices.get(gpu.uuid ?? '') ?? [] } : gpu,
  );
}

/** `/proc/driver/nvidia/gpus/<bus id>/information`, in the order of device minors. */
async function gpusOfDriverFiles(roots: GpuRoots): Promise<HostGpu[]> {
  const folder = join(roots.proc, 'driver', 'nvidia', 'gpus');
  const found = await Promise.all(
    (await listFolder(folder)).map(async busId => {
      const text = await readFact(folder, busId, 'information');
      const fact = (name: string): string | undefined =>
        new RegExp(`^${name}:[ \\t]*(\\S.*?)[ \\t]*$`, 'm').exec(text)?.[1];
      const uuid = fact('GPU UUID');
      const minor = Number(fact('Device Minor') ?? Number.NaN);
      return {
        minor: Number.isSafeInteger(minor) ? minor : Number.MAX_SAFE_INTEGER,
        name: fact('Model') ?? 'NVIDIA GPU',
        busId,
        ...(uuid === undefined || uuid.includes('?') ? {} : { uuid }),
      };
    }),
  );
  return found
    .sort((one, other) => one.minor - other.minor)
    .map(({ minor: _, ...gpu }, index): HostGpu => ({ vendor: 'nvidia', index, ...gpu }));
}

/** The kernel driver of every NVIDIA display device on the PCI bus, undefined for one that none serves. */
async function cardsOnTheBus(roots: GpuRoots): Promise<(string | undefined)[]> {
  const devices = join(roots.sys, 'bus', 'pci', 'devices');
  const cards: (string | undefined)[] = [];
  for (const name of await listFolder(devices)) {
    if ((await readFact(devices, name, 'vendor')) !== '0x10de') continue;
    // Class 03 is a display; the same card often has an audio and a USB function, too.
    if (!(await readFact(devices, name, 'class')).startsWith('0x03')) continue;
    cards.push(
      await readlink(join(devices, name, 'driver')).then(
        target => basename(target),
        () => undefined,
      ),
    );
  }
  return cards;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
