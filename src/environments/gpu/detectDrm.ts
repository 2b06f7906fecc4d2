/** The AMD and Intel GPUs that the kernel tells of in its own files, with the device nodes that reach each. */
import { join } from 'node:path';
import { gfxTarget } from './amdTools.ts';
import type { HostGpu } from './gpuHost.ts';
import { listFolder, readFact, type GpuRoots } from './gpuRoots.ts';

/** Counted from 0 within each vendor, in the order of the kernel's numbers. */
export async function detectDrm(roots: Pick<GpuRoots, 'sys' | 'dev'>): Promise<HostGpu[]> {
  const [cards, processors] = await Promise.all([drmCards(roots), kfdProcessors(roots)]);
  const amd = cards.filter(card => card.vendor === '0x1002').map(card => amdGpu(card, processors));
  const known = new Set(cards.flatMap(card => (card.render === undefined ? [] : [card.render])));
  // A processor without a card of its own: a container that sees only the compute interface, or a card's partition.
  for (const processor of processors)
    if (processor.render === undefined || !known.has(processor.render)) amd.push(gpuOfProcessor(processor));
  const intel = cards
    .filter(card => card.vendor === '0x8086' && ['i915', 'xe'].includes(card.driver))
    .map(intelGpu);
  return [...amd, ...intel].map((gpu, position) => ({
    ...gpu,
    index: gpu.vendor === 'amd' ? position : position - amd.length,
  }));
}

interface DrmCard {
  readonly vendor: string;
  readonly device: string;
  readonly driver: string;
  readonly busId: string | undefined;
  /** `renderD128`. */
  readonly render: string | undefined;
  readonly nodes: readonly string[];
  readonly vram: number | undefined;
  readonly vramUsed: number | undefined;
  readonly busy: number | undefined;
  readonly uniqueId: string;
  readonly product: string;
  readonly moduleVersion: string;
}

async function drmCards(roots: Pick<GpuRoots, 'sys' | 'dev'>): Promise<DrmCard[]> {
  const folder = join(roots.sys, 'class', 'drm');
  const names = (await listFolder(folder)).filter(name => /^card\d+$/.test(name));
  return Promise.all(
    names.map(async name => {
      const device = join(folder, name, 'device');
      const [vendor, deviceId, uevent, siblings, vram, used, busy, uniqueId, product] = await Promise.all([
        readFact(device, 'vendor'),
        readFact(device, 'device'),
        readFact(device, 'uevent'),
        listFolder(device, 'drm'),
        readFact(device, 'mem_info_vram_total'),
        readFact(device, 'mem_info_vram_used'),
        readFact(device, 'gpu_busy_percent'),
        readFact(device, 'unique_id'),
        readFact(device, 'product_name'),
      ]);
      const driver = /^DRIVER=(\S+)$/m.exec(uevent)?.[1] ?? '';
      return {
        vendor,
        device: deviceId,
        driver,
        busId: /^PCI_SLOT_NAME=(\S+)$/m.exec(uevent)?.[1],
        render: siblings.find(sibling => /^renderD\d+$/.test(sibling)),
        // The names are those of /dev, wherever the files are read from.
        nodes: siblings
          .filter(sibling => /^(?:card|renderD)\d+$/.test(sibling))
          .map(sibling => `/dev/dri/${sibling}`),
        vram: countOf(vram),
        vramUsed: countOf(used),
        busy: countOf(busy),
        uniqueId,
        product,
        moduleVersion: driver === '' ? '' : await readFact(roots.sys, 'module', driver, 'version'),
      };
    }),
  );
}

interface KfdProcessor {
  readonly render: string | undefined;
  readonly target: string | undefined;
  readonly name: string;
  readonly moduleVersion: string;
}

/** AMD's compute interface lists processors; a node without SIMDs is the CPU. */
async function kfdProcessors(roots: Pick<GpuRoots, 'sys'>): Promise<KfdProcessor[]> {
  const nodes = join(roots.sys, 'class', 'kfd', 'kfd', 'topology', 'nodes');
  const moduleVersion = await readFact(roots.sys, 'module', 'amdgpu', 'version');
  const found = await Promise.all(
    (await listFolder(nodes)).map(async node => {
      const properties = await readFact(nodes, node, 'properties');
      const value = (name: string): string =>
        new RegExp(`^${name} (\\d+)$`, 'm').exec(properties)?.[1] ?? '0';
      if (value('simd_count') === '0') return [];
      const minor = value('drm_render_minor');
      return [
        {
          render: minor === '0' ? undefined : `renderD${minor}`,
          target: gfxTarget(value('gfx_target_version')),
          name: await readFact(nodes, node, 'name'),
          moduleVersion,
        },
      ];
    }),
  );
  return found.flat();
}

function amdGpu(card: DrmCard, processors: readonly KfdProcessor[]): HostGpu {
  const processor = processors.find(({ render }) => render !== undefined && render === card.render);
  const name = card.product !== '' ? card.product : (processor?.name ?? '');
  return {
    vendor: 'amd',
    index: 0,
    name: name === '' ? `AMD ${processor?.target ?? `GPU ${card.device}`}` : name,
    ...(card.uniqueId === '' ? {} : { uuid: card.uniqueId }),
    ...(card.busId === undefined ? {} : { busId: card.busId }),
    ...(card.vram === undefined ? {} : { memory: card.vram }),
    ...(card.vramUsed === undefined ? {} : { memoryUsed: card.vramUsed }),
    ...(card.busy === undefined || card.busy > 100 ? {} : { utilisation: card.busy }),
    ...(processor?.target === undefined ? {} : { computeCapability: processor.target }),
    ...(card.moduleVersion === '' ? {} : { driver: card.moduleVersion }),
    nodes: card.nodes,
  };
}

function gpuOfProcessor({ target, name, render, moduleVersion }: KfdProcessor): HostGpu {
  return {
    vendor: 'amd',
    index: 0,
    name: name === '' ? `AMD ${target ?? 'GPU'}` : name,
    ...(target === undefined ? {} : { computeCapability: target }),
    ...(moduleVersion === '' ? {} : { driver: moduleVersion }),
    ...(render === undefined ? {} : { nodes: [`/dev/dri/${render}`] }),
  };
}

function intelGpu(card: DrmCard): HostGpu {
  return {
    vendor: 'intel',
    index: 0,
    name: `Intel GPU ${card.device} (${card.driver})`,
    ...(card.busId === undefined ? {} : { busId: card.busId }),
    nodes: card.nodes,
    // The processor's own graphics always sit in this place of the bus.
    ...(card.busId === '0000:00:02.0' ? { integrated: true } : {}),
  };
}

function countOf(text: string): number | undefined {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}
