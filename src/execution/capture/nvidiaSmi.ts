/** Reads what `nvidia-smi` prints. Its output is not guaranteed to be stable, so every field may be missing. */
import type * as z from 'zod';
import type { gpuSchema } from '../../runs/captured.ts';

export type Gpu = z.infer<typeof gpuSchema>;

/** One GPU a line of `--query-gpu=… --format=csv`, by the names in its first line. Anything else gives no GPUs. */
export function parseGpuTable(text: string): Gpu[] {
  const [first = '', ...lines] = text.split(/\r?\n/).filter(line => line.trim() !== '');
  const names = first.split(',').map(name => name.trim());
  if (!names.includes('name')) return [];
  return lines.flatMap(line => {
    const cells = line.split(',').map(cell => cell.trim());
    if (cells.length !== names.length) return [];
    const cell = (name: string): string | undefined => {
      const value = cells[names.findIndex(title => title === name || title.startsWith(`${name} [`))];
      return value === undefined ||
        /^(?:\[?(?:N\/A|Not Supported|Unknown Error|Insufficient.*)\]?|)$/i.test(value)
        ? undefined
        : value;
    };
    const name = cell('name');
    if (name === undefined) return [];
    const memory = bytesOf(cell('memory.total'));
    const driver = cell('driver_version');
    const computeCapability = cell('compute_cap');
    const mig = cell('mig.mode.current');
    const ecc = cell('ecc.mode.current');
    return [
      {
        name,
        vendor: 'nvidia',
        ...(memory === undefined ? {} : { memory }),
        ...(driver === undefined ? {} : { driver }),
        ...(computeCapability === undefined ? {} : { computeCapability }),
        ...(mig === undefined ? {} : { mig: mig === 'Enabled' }),
        ...(ecc === undefined ? {} : { ecc: ecc === 'Enabled' }),
      },
    ];
  });
}

/** The newest CUDA version the driver serves, from `nvidia-smi -q -x` or from the head of the plain report. */
export function parseCudaVersion(text: string): string | undefined {
  return (/<cuda_version>\s*([\d.]+)/.exec(text) ?? /CUDA Version\s*:\s*([\d.]+)/.exec(text))?.[1];
}

function bytesOf(text: string | undefined): number | undefined {
  const [, amount, unit] = /^([\d.]+)\s*(KiB|MiB|GiB)?$/.exec(text ?? '') ?? [];
  if (amount === undefined) return undefined;
  const scale = unit === 'GiB' ? 2 ** 30 : unit === 'KiB' ? 2 ** 10 : 2 ** 20;
  return Number(amount) * scale;
}
