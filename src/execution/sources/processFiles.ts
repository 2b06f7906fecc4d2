/** Which processes hold a file open, and the rank of a process in a distributed launch: as /proc tells it. */
import { readFile, readdir, readlink } from 'node:fs/promises';

/** Whether one of `pids` has `path` open; false where that cannot be told. @param path Absolute, links resolved. */
export async function isHeldBy(pids: readonly number[], path: string): Promise<boolean> {
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`;
    const descriptors = await readdir(folder).catch(() => []);
    for (const descriptor of descriptors)
      if ((await readlink(`${folder}/${descriptor}`).catch(() => '')) === path) return true;
  }
  return false;
}

const rankVariables = ['RANK', 'OMPI_COMM_WORLD_RANK', 'SLURM_PROCID', 'PMI_RANK'];

/** As its launcher's variables say; undefined when they do not, or cannot be read. */
export async function rankOfProcess(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return rankIn(
    Object.fromEntries(
      text.split('\0').flatMap(entry => {
        const equals = entry.indexOf('=');
        const name = entry.slice(0, equals);
        return rankVariables.includes(name) ? [[name, entry.slice(equals + 1)]] : [];
      }),
    ),
  );
}

/** The rank that a launcher has put into an environment. */
export function rankIn(environment: Readonly<Record<string, string | undefined>>): number | undefined {
  for (const name of rankVariables) {
    const value = environment[name];
    if (value !== undefined && /^\d{1,6}$/.test(value)) return Number(value);
  }
  return undefined;
}
