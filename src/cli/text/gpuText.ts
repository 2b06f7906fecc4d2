/** The GPUs of a machine as text: a table, what serves them, and each thing in the way with its mend. */
import type { GpuHost, HostGpu } from '../../environments/gpu/gpuHost.ts';
import type { GpuProcess } from '../../environments/gpu/nvidiaSmi.ts';
import type { Terminal } from '../terminal.ts';
import { countText, sizeText } from './describe.ts';
import { printable } from './printable.ts';
import { renderTable } from './renderTable.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly gpu: HostGpu;
}

export function tellGpus(
  terminal: Terminal,
  host: GpuHost & { readonly processes: readonly GpuProcess[] },
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
        terminal.width,
        text => terminal.paint('bold', text),
      ),
    );
  const facts = [
    ...(host.driver === undefined ? [] : [`driver ${host.driver}`]),
    ...(host.maxCuda === undefined ? [] : [`CUDA up to ${host.maxCuda}`]),
    ...(host.wsl ? ['WSL'] : []),
    ...(host.cdiDevices.length === 0 ? [] : [countText(host.cdiDevices.length, 'CDI device')]),
    ...(host.processes.length === 0 ? [] : [computingText(host.processes.length)]),
  ];
  if (facts.length > 0) terminal.out(`${printable(facts.join(', '))}\n`);
  for (const { message, mend } of host.problems) {
    terminal.out(`${terminal.paint('yellow', '!')} ${printable(message)}\n`);
    terminal.out(`  → ${printable(mend)}\n`);
  }
}

function computingText(count: number): string {
  return count === 1 ? '1 process computes' : `${count} processes compute`;
}

/** `12.3 GB of 85.9 GB`, or what is known of it. */
function memoryText({ memory, memoryUsed }: HostGpu): string {
  if (memory === undefined) return '';
  return memoryUsed === undefined ? sizeText(memory) : `${sizeText(memoryUsed)} of ${sizeText(memory)}`;
}
