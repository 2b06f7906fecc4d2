/**
 * Reads the JSON of `amd-smi static` and of the older `rocm-smi`. Keys, nesting and units changed between releases of
 * ROCm (a list, `{gpu_data: […]}`, bare numbers, `{value, unit}`), so each fact is looked for by any of its names.
 */
import type { HostGpu } from './gpuHost.ts';

/** `amd-smi static --json`. Anything else gives no GPUs. */
export function parseAmdSmi(text: string): HostGpu[] {
  const document = parseJson(text);
  const list = Array.isArray(document) ? document : (findList(document) ?? []);
  return list.flatMap((entry, position) => {
    if (!isRecord(entry)) return [];
    const asic = recordOf(entry['asic']);
    const name = textOf(asic['market_name'], entry['market_name'], recordOf(entry['board'])['product_name']);
    const target = gfxTarget(asic['target_graphics_version'] ?? entry['gfx_version']);
    if (name === undefined && target === undefined) return [];
    const vram = recordOf(entry['vram']);
    const memory = bytesOf(vram['size'] ?? entry['vram_total'] ?? vram['vram_size_mb'], 'MB');
    const busId = textOf(recordOf(entry['bus'])['bdf'], entry['bdf']);
    const uuid = textOf(asic['asic_serial'], entry['uuid']);
    const driver = textOf(recordOf(entry['driver'])['version'], recordOf(entry['driver'])['driver_version']);
    return [
      gpuOf(indexOf(entry['gpu'] ?? entry['gpu_id'], position), name ?? `AMD ${target ?? 'GPU'}`, {
        ...{ target, memory, busId, uuid, driver },
      }),
    ];
  });
}

/** `rocm-smi --showproductname --showmeminfo vram --showdriverversion --showbus --showuniqueid --showuse --json`. */
export function parseRocmSmi(text: string): HostGpu[] {
  const document = recordOf(parseJson(text));
  const driver = textOf(recordOf(document['system'])['Driver version']);
  return Object.entries(document).flatMap(([key, value]) => {
    const [, number] = /^card(\d+)$/.exec(key) ?? [];
    if (number === undefined || !isRecord(value)) return [];
    const facts = new Map(Object.entries(value).map(([name, fact]) => [name.toLowerCase(), fact]));
    const target = gfxTarget(facts.get('gfx version'));
    const series = textOf(facts.get('card series'), facts.get('device name'));
    // Some releases give a number for a name and the name in another field.
    const model = textOf(facts.get('card model'));
    const name = [series, model].find(word => word !== undefined && !/^0x[0-9a-f]+$/i.test(word));
    const use = Number(textOf(facts.get('gpu use (%)')) ?? Number.NaN);
    return [
      {
        ...gpuOf(Number(number), name ?? `AMD ${target ?? 'GPU'}`, {
          target,
          memory: bytesOf(facts.get('vram total memory (b)'), 'B'),
          memoryUsed: bytesOf(facts.get('vram total used memory (b)'), 'B'),
          busId: textOf(facts.get('pci bus')),
          uuid: textOf(facts.get('unique id')),
          driver,
        }),
        ...(use >= 0 && use <= 100 ? { utilisation: use } : {}),
      },
    ];
  });
}

/** `90402` (major, minor, step in decimal pairs) and `gfx942` are the same target. */
export function gfxTarget(value: unknown): string | undefined {
  const text = textOf(value) ?? (typeof value === 'number' ? String(value) : '');
  const [named] = /^gfx[0-9a-f]+/i.exec(text) ?? [];
  if (named !== undefined) return named.toLowerCase();
  const number = /^\d{5,6}$/.test(text) ? Number(text) : 0;
  if (number === 0) return undefined;
  const minor = Math.floor(number / 100) % 100;
  return `gfx${Math.floor(number / 10_000)}${minor.toString(16)}${(number % 100).toString(16)}`;
}

interface AmdFacts {
  readonly target: string | undefined;
  readonly memory: number | undefined;
  readonly memoryUsed?: number | undefined;
  readonly busId: string | undefined;
  readonly uuid: string | undefined;
  readonly driver: string | undefined;
}

function gpuOf(index: number, name: string, facts: AmdFacts): HostGpu {
  return {
    vendor: 'amd',
    index,
    name,
    ...(facts.uuid === undefined ? {} : { uuid: facts.uuid }),
    ...(facts.busId === undefined ? {} : { busId: facts.busId.toLowerCase() }),
    ...(facts.memory === undefined ? {} : { memory: facts.memory }),
    ...(facts.memoryUsed === undefined ? {} : { memoryUsed: facts.memoryUsed }),
    ...(facts.target === undefined ? {} : { computeCapability: facts.target }),
    ...(facts.driver === undefined ? {} : { driver: facts.driver }),
  };
}

/** `rocm-smi` and `amd-smi` put warnings before the document. */
function parseJson(text: string): unknown {
  const start = text.search(/[[{]/);
  if (start < 0) return undefined;
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}

function findList(document: unknown): unknown[] | undefined {
  if (!isRecord(document)) return undefined;
  const lists = [document['gpu_data'], document['gpus'], document['gpu']];
  return lists.find((value): value is unknown[] => Array.isArray(value));
}

function indexOf(value: unknown, position: number): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : position;
}

function textOf(...values: readonly unknown[]): string | undefined {
  const found = values.find(
    (value): value is string => typeof value === 'string' && !/^\s*(?:N\/A|unknown)?\s*$/i.test(value),
  );
  return found?.trim();
}

/** `196592`, `"196592 MB"` and `{value: 196592, unit: 'MB'}`; the tools say MB and mean MiB. */
function bytesOf(value: unknown, unit: string): number | undefined {
  if (isRecord(value)) return bytesOf(value['value'], textOf(value['unit']) ?? unit);
  const [, amount, said] = /^([\d.]+)\s*([KMGT]?i?B)?$/i.exec(String(value).trim()) ?? [];
  if (amount === undefined) return undefined;
  const power = ['B', 'K', 'M', 'G', 'T'].indexOf((said ?? unit).charAt(0).toUpperCase());
  const bytes = Math.round(Number(amount) * 1024 ** Math.max(0, power));
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
