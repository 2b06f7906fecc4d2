/**
 * Finds processes that a suite left running. Whatever a test starts works in the suite's own temporary folder, so a
 * process that still lives there (its current folder or its command line) was forgotten. Linux only; elsewhere none
 * is found.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** @param folder The suite's temporary folder, absolute, links resolved. */
export function findLeftovers(folder: string): Leftover[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(name => {
      const command =
        attempt(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'))
          ?.replaceAll('\0', ' ')
          .trim() ?? '';
      const current = attempt(() => readlinkSync(`/proc/${name}/cwd`)) ?? '';
      const isOurs = command.includes(folder) || current === folder || current.startsWith(`${folder}/`);
      return isOurs ? [{ pid: Number(name), command }] : [];
    });
}

/** Processes come and go while they are listed. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
