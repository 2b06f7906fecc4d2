/**
 * Notices when HEAD moves, whoever moves it: editor, terminal, rebase, pull, reset, commit. Watches two folders of git
 * and nothing of the working tree; between two events nothing runs.
 */
import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../../git/findRepository.ts';
import type { GitOperation } from './decideSync.ts';
import { readHead, type Head } from './readHead.ts';
import { readMoves } from './readMoves.ts';

export interface HeadMove {
  /**
   * Where HEAD was when it last moved outside of any operation: after a rebase the commit before it began. Undefined
   * on an unborn branch.
   */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Commits that HEAD named in between, told by no move of their own: their data may lie in the working tree. */
  readonly through?: readonly string[];
  /** Git is in the middle of it: another move tells when it has ended, also when HEAD is back at `from`. */
  readonly operation?: GitOperation;
}

export interface HeadWatch {
  /** The commit that HEAD named last. */
  readonly head: string | undefined;
  /** Looks now, for file systems without notices (a network share, a window that comes back). */
  look(): Promise<void>;
  close(): void;
}

export interface HeadWatchOptions {
  /** Where HEAD was when somebody last looked; by default where it is now. A difference is told at once. */
  readonly since?: string;
  /** Between a notice and the look: git writes several files. Milliseconds, default 30. */
  readonly settleMs?: number;
}

/** Never rejects for a folder that cannot be watched: `look` then still works. */
export async function watchHead(
  repository: Repository,
  onMove: (move: HeadMove) => void,
  options: HeadWatchOptions = {},
): Promise<HeadWatch> {
  const watcher = new HeadWatcher(repository, onMove, options);
  await watcher.start(options.since);
  return watcher;
}

class HeadWatcher implements HeadWatch {
  readonly #repository: Repository;
  readonly #onMove: (move: HeadMove) => void;
  readonly #settleMs: number;
  readonly #watchers = new Map<string, FSWatcher>();
  /** HEAD outside of any operation. */
  #settled: string | undefined;
  #seen: Head = { commit: undefined, operation: undefined };
  /** Bytes of git's log of HEAD at the last look. */
  #logEnd: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(repository: Repository, onMove: (move: HeadMove) => void, options: HeadWatchOptions) {
    this.#repository = repository;
    this.#onMove = onMove;
    this.#settleMs = options.settleMs ?? 30;
  }

  get head(): string | undefined {
    return this.#seen.commit;
  }

  async start(since: string | undefined): Promise<void> {
    this.#arm();
    this.#logEnd = (await readMoves(this.#repository.gitDir, undefined)).end;
    this.#seen = await readHead(this.#repository);
    this.#settled = since ?? this.#seen.commit;
    if (this.#settled !== this.#seen.commit) this.#tell(this.#seen);
    else if (this.#seen.operation === undefined) await this.look();
  }

  /** One look after the other, so that moves are told in their order. */
  async look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookOnce());
    await this.#looking;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #lookOnce(): Promise<void> {
    if (this.#closed) return;
    this.#arm();
    const moves = await readMoves(this.#repository.gitDir, this.#logEnd);
    const head = await readHead(this.#repository);
    const before = this.#seen;
    this.#logEnd = moves.end;
    this.#seen = head;
    const same = head.commit === before.commit && head.operation === before.operation;
    // What an operation of git goes through is never placed.
    const calm = head.operation === undefined && before.operation === undefined;
    const through = calm
      ? moves.commits.filter(commit => commit !== head.commit && commit !== before.commit)
      : [];
    if ((!same || through.length > 0) && !this.#hasClosed()) this.#tell(head, through);
  }

  #tell({ commit, operation }: Head, through: readonly string[] = []): void {
    const from = this.#settled;
    if (operation === undefined) this.#settled = commit;
    this.#onMove({
      from,
      to: commit,
      ...(through.length === 0 ? {} : { through }),
      ...(operation === undefined ? {} : { operation }),
    });
  }

  /** As a call: an await lies between two looks at the field. */
  #hasClosed(): boolean {
    return this.#closed;
  }

  /** The folder of logs appears with the first commit. */
  #arm(): void {
    for (const folder of [this.#repository.gitDir, join(this.#repository.gitDir, 'logs')]) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, (_, name) => this.#notice(name));
        watcher.on('error', () => {
          watcher.close();
          this.#watchers.delete(folder);
        });
        this.#watchers.set(folder, watcher);
      } catch {
        // Not there (yet), or not to be watched: the next look tries again.
      }
    }
  }

  #notice(name: string | null): void {
    if (this.#closed || name?.endsWith('.lock') === true) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.look();
    }, this.#settleMs);
  }
}
