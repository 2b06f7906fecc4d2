/** Where a Linux system tells about its GPUs. Tests give folders of their own; nothing here is written to. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface GpuRoots {
  readonly proc: string;
  readonly sys: string;
  readonly dev: string;
  readonly etc: string;
  /** Folders of CDI specifications; what a later one says of a device wins. */
  readonly cdi: readonly string[];
  /** Where WSL puts the driver's libraries and programs. */
  readonly wsl: string;
}

export const systemRoots: GpuRoots = {
  proc: '/proc',
  sys: '/sys',
  dev: '/dev',
  etc: '/etc',
  cdi: ['/etc/cdi', '/var/run/cdi'],
  wsl: '/usr/lib/wsl/lib',
};

/** All of them below one folder. */
export function rootsBelow(folder: string): GpuRoots {
  return {
    proc: join(folder, 'proc'),
    sys: join(folder, 'sys'),
    dev: join(folder, 'dev'),
    etc: join(folder, 'etc'),
    cdi: [join(folder, 'etc', 'cdi'), join(folder, 'var', 'run', 'cdi')],
    wsl: join(folder, 'usr', 'lib', 'wsl', 'lib'),
  };
}

/** Trimmed; empty where it cannot be read. */
export async function readFact(...path: readonly string[]): Promise<string> {
  return readFile(join(...path), 'utf8').then(
    text => text.trim(),
    () => '',
  );
}

/** Sorted as people count (`card2` before `card10`); empty where it cannot be read. */
export async function listFolder(...path: readonly string[]): Promise<string[]> {
  const names = await readdir(join(...path)).catch((): string[] => []);
  return names.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}
