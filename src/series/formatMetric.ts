/** Values of a metric as they are shown: those that are bytes by name with a unit. What is stored stays as it is. */
import { formatNumber } from './formatNumber.ts';

/** `hardware/memory.bytes`, `peak_bytes`, `memoryBytes`; not `bytes_per_second`. */
export function isInBytes(key: string): boolean {
  return /(?:^|[^A-Za-z])bytes$|[a-z]Bytes$/.test(key);
}

/** `13.5 MiB` for a metric in bytes, else as any number. */
export function formatMetric(key: string | undefined, value: number, digits = 5): string {
  return key !== undefined && isInBytes(key) ? formatBinary(value, digits) : formatNumber(value, digits);
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

function formatBinary(bytes: number, digits: number): string {
  if (!Number.isFinite(bytes)) return formatNumber(bytes);
  let unit = 0;
  while (Math.abs(bytes) / 1024 ** unit >= 1024 && unit < units.length - 1) unit++;
  // One digit goes into the unit.
  return `${formatNumber(bytes / 1024 ** unit, digits - 1)} ${units[unit] ?? ''}`;
}
