/** The GPUs of a machine as text: a table, what serves them, and each thing in the way with its mend. */
import type { GpuHost, GpuPassing, HostGpu } from '../../environments/gpu/gpuHost.ts';
import type { GpuProcess } from '../../environments/gpu/nvidiaSmi.ts';
import type { Terminal } from '../terminal.ts';
import { countText, shortId, sizeText } from './describe.ts';
import { printable } from './printable.ts';
import { renderTable } from './renderTable.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly gpu: HostGpu;
}

/** A process that computes on a GPU, and the run that it belongs to. */
export type UsedGpu = GpuProcess & { readonly run?: string };

/** `passing`: how a container gets them from the engine of this machine; absent where there is none. */
export function tellGpus(
  terminal: Terminal,
  host: GpuHost & { readonly processes: readonly UsedGpu[]; readonly passing?: GpuPassing },
): void {
  const rows = host.gpus.flatMap((gpu): Row[] => [
    { id: String(gpu.index), name: gpu.name, gpu },
    ...(gpu.migDevices ?? []).map((device, index) => ({
      ...{ id: `${gpu.index}:${index}`, name: `  MIG ${device.profile}` },
      gpu: { vendor: gpu.vendor, index, name: '', uuid: device.uuid },
    })),
  ]);
  if (rows.length === 0) terminal.out('This machine has no GPU that can be used.\n');
  else
    terminal.out(
      renderTable(
        rows,
        [
          { title: 'GPU', cell: row => row.id },
          { title: 'Name', cell: row => row.name, shrink: 1, least: 12 },
          { title: 'Memory', cell: ({ gpu }) => memoryText(gpu), align: 'right' },
          {
            title: 'Use',
            cell: ({ gpu }) => (gpu.utilisation === undefined ? '' : `${gpu.utilisation} %`),
            align: 'right',
          },
          { title: 'Capability', cell: ({ gpu }) => gpu.computeCapability ?? '', drop: 1 },
          { title: 'UUID', cell: ({ gpu }) => gpu.uuid ?? '', drop: 2 },
        ],
        terminal.tableWidth,
        text => terminal.paint('bold', text),
      ),
    );
  const facts = [
    ...(host.driver === undefined ? [] : [`driver ${host.driver}`]),
    ...(host.maxCuda === undefined ? [] : [`CUDA up to ${host.maxCuda}`]),
    ...(host.wsl ? ['WSL'] : []),
    ...(host.cdiDevices.length === 0 ? [] : [countText(host.cdiDevices.length, 'CDI device')]),
  ];
  if (facts.length > 0) terminal.out(`${printable(facts.join(', '))}\n`);
  for (const one of host.processes) terminal.out(`  ${printable(processText(one, host.gpus))}\n`);
  const { passing } = host;
  if (passing !== undefined && host.gpus.length > 0) {
    terminal.out(`In a container: ${printable(passing.summary)}\n`);
    if (passing.problem !== undefined) terminal.out(`  → ${printable(passing.problem.mend)}\n`);
    else if (passing.runArgs.length > 0) terminal.out(`  ${printable(passing.runArgs.join(' '))}\n`);
  }
  for (const { message, mend } of host.problems) {
    terminal.out(`${terminal.paint('yellow', '!')} ${printable(message)}\n`);
    terminal.out(`  → ${printable(mend)}\n`);
  }
}

/** `GPU 0: 512 MB, run 00K8H2, process 4711 (python)`. */
function processText({ pid, gpu, memory, name, run }: UsedGpu, gpus: readonly HostGpu[]): string {
  const on = gpus.find(
    ({ uuid, migDevices = [] }) =>
      gpu !== undefined && (uuid === gpu || migDevices.some(device => device.uuid === gpu)),
  );
  const parts = [
    ...(memory === undefined ? [] : [sizeText(memory)]),
    ...(run === undefined ? [] : [`run ${shortId(run)}`]),
    `process ${pid}${name === undefined ? '' : ` (${name})`}`,
  ];
  return `${on === undefined ? (gpu ?? 'GPU') : `GPU ${on.index}`}: ${parts.join(', ')}`;
}

/** `12.3 GB of 85.9 GB`, or what is known of it. */
function memoryText({ memory, memoryUsed }: HostGpu): string {
  if (memory === undefined) return '';
  return memoryUsed === undefined ? sizeText(memory) : `${sizeText(memoryUsed)} of ${sizeText(memory)}`;
}
