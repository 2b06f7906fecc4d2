/** Which processes hold a file open, and the rank of a process in a distributed launch: as /proc tells it. */
import { readFile, readdir, readlink } from 'node:fs/promises';
import { rankBelow } from '../launchRank.ts';

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

/** As its launcher's variables say; undefined when they do not, or cannot be read. @param outer What Lockstep was started with. */
export async function rankOfProcess(
  pid: number,
  outer: Readonly<Record<string, string | undefined>>,
): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const variables = text.split('\0').map(entry => {
    const equals = entry.indexOf('=');
    return [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return rankBelow(Object.fromEntries(variables) as Record<string, string>, outer);
}
