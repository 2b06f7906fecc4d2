/** Which working trees are watched for moves of HEAD. One watch for each, however often it is asked for. */
import { findRepository } from '../../../git/findRepository.ts';
import { watchHead, type HeadWatch } from '../../../data/sync/headWatch.ts';
import type { DataNotice } from './dataRequests.ts';

export class WatchedHeads {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #notify: (notice: DataNotice) => void;
  readonly #watches = new Map<string, Promise<HeadWatch | undefined>>();

  constructor(environment: NodeJS.ProcessEnv, notify: (notice: DataNotice) => void) {
    this.#environment = environment;
    this.#notify = notify;
  }

  /** HEAD as it is; undefined outside git and on an unborn branch. */
  async watch(root: string, since: string | undefined): Promise<string | undefined> {
    let watch = this.#watches.get(root);
    if (watch === undefined) {
      watch = this.#start(root, since);
      this.#watches.set(root, watch);
    }
    return (await watch)?.head;
  }

  async unwatch(root: string): Promise<void> {
    const watch = this.#watches.get(root);
    this.#watches.delete(root);
    (await watch)?.close();
  }

  async #start(root: string, since: string | undefined): Promise<HeadWatch | undefined> {
    const repository = await findRepository(root, this.#environment);
    if (repository === undefined) return undefined;
    return watchHead(repository, move => this.#notify({ root, move }), since === undefined ? {} : { since });
  }
}
