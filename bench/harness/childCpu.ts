/** CPU time of the programs that this process started: unlike wall time it hardly depends on what else the machine does. */
import { readFileSync } from 'node:fs';

/** Ticks a second that Linux counts in for programs, on every machine. */
const ticksPerSecond = 100;

/** Milliseconds of user and system time of all children that have ended, theirs included; undefined off Linux. */
export function childCpuMs(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  // proc(5): cutime and cstime are fields 16 and 17; what was cut off are the first two.
  return ((Number(fields[13]) + Number(fields[14])) * 1000) / ticksPerSecond;
}
