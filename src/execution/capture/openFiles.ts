/**
 * Files of the working tree that processes of a run were found to have open for reading, or mapped, when they were looked
 * at anyway: what compiled code opens nobody tells. Linux only; what is opened and closed between two looks stays unseen.
 */
import { existsSync, realpathSync } from 'node:fs';
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { isBelow } from './ignoredPaths.ts';
import type { SeenRead } from './readSeen.ts';

const mostProcesses = 64;
const mostFiles = 1_000;

export class OpenFiles {
  readonly #root: string;
  /** By the name that the system has for it. */
  readonly #realRoot: string;
  readonly #found = new Map<string, SeenRead>();
  /** Open for writing, or no file. */
  readonly #others = new Set<string>();

  /** @param root Absolute. */
  constructor(root: string) {
    this.#root = root;
    this.#realRoot = existsSync(root) ? realpathSync(root) : root;
  }

  /** As each was at the first look. */
  get found(): readonly SeenRead[] {
    return [...this.#found.values()];
  }

  /** Never rejects. */
  async look(pids: readonly number[]): Promise<void> {
    for (const pid of pids.slice(0, mostProcesses)) {
      const folder = `/proc/${pid}/fd`;
      for (const descriptor of await readdir(folder).catch(() => [])) {
        const path = await readlink(`${folder}/${descriptor}`).catch(() => '');
        if (!this.#isNew(path)) continue;
        const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
        if (/^flags:\s*[0-7]*[04]$/m.test(info)) await this.#note(path);
        else this.#others.add(path);
      }
      const maps = await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '');
      for (const [, path = ''] of maps.matchAll(/^\S+ r\S+ \S+ \S+ [1-9]\d* +(\/.*)$/gm))
        if (this.#isNew(path)) await this.#note(path);
    }
  }

  #isNew(path: string): boolean {
    const known = this.#found.has(path) || this.#others.has(path) || this.#found.size >= mostFiles;
    return !known && path !== this.#realRoot && isBelow(path, this.#realRoot);
  }

  async #note(path: string): Promise<void> {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true)
      this.#found.set(path, {
        path: this.#root + path.slice(this.#realRoot.length),
        ...{ size: found.size, modifiedAt: found.mtimeMs },
      });
    else this.#others.add(path);
  }
}
