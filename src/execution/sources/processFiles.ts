/** Which processes hold a file open, and the rank of a process in a distributed launch: as /proc tells it. */
import { readFile, readdir, readlink } from 'node:fs/promises';

/** A look at the open files of all processes is good for so many times as long as it took. */
const share = 10;

/** The files that a set of processes has open, looked at as often as its cost allows. */
export class HeldFiles {
  #open = new Set<string>();
  #goodUntil = -Infinity;

  /** Whether one of `pids` has `path` open; false where that cannot be told. @param path Absolute, links resolved. */
  async has(pids: readonly number[], path: string): Promise<boolean> {
    if (this.#open.has(path) || performance.now() < this.#goodUntil) return this.#open.has(path);
    const began = performance.now();
    const open = new Set<string>();
    for (const pid of pids) {
      const folder = `/proc/${pid}/fd`;
      for (const descriptor of await readdir(folder).catch(() => [])) {
        const target = await readlink(`${folder}/${descriptor}`).catch(() => '');
        if (target.startsWith('/')) open.add(target);
      }
    }
    this.#open = open;
    const ended = performance.now();
    this.#goodUntil = ended + (ended - began) * share;
    return open.has(path);
  }

  /** What was looked at before is old. */
  lookAnew(): void {
    this.#goodUntil = -Infinity;
  }
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
