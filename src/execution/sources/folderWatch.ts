/**
 * Finds files by name in folders that change: those that are there, and those that turn up later. One notice of the
 * system per folder and no look at other files, so that a tree with a million images costs what its folders cost
 * (chokidar asks the system about every file of every folder, and again with each change in it).
 * Where there are no more notices to be had, folders are looked at from time to time instead.
 * Invariant: at most `mostFolders` folders are watched and `mostEntries` names of one folder read; what is left out is
 * told once.
 */
import { watch } from 'node:fs';
import type { Dirent, FSWatcher } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { environmentMarks, isPassedOver, looksLikeFile } from './passedOver.ts';

export interface FolderWatchOptions {
  /** Whether a file is looked for. @param path Absolute. */
  readonly wanted: (path: string) => boolean;
  /** A wanted file is there, or has changed; told often. */
  readonly onFile: (path: string) => void;
  /** Folders, absolute, that are not looked into. */
  readonly without: readonly string[];
  readonly onProblem: (text: string) => void;
  /** Default 5,000. */
  readonly mostFolders?: number;
  /** Folders that may have a notice of the system; others are looked at. As many as there are folders when left out. */
  readonly mostNotices?: number | undefined;
  /** Asks the system for notices, as {@link watch} of node:fs, which it is when left out. */
  readonly notify?: typeof watch;
  /** Default 50,000. */
  readonly mostEntries?: number;
}

interface WatchedFolder {
  readonly watcher: FSWatcher | undefined;
  readonly target: string;
  readonly inode: number;
  /** When it was last read. */
  modifiedMs: number;
  /** It held files that are looked for. */
  holdsWanted: boolean;
}

/** Folders without a notice that are looked into at a time, in turns. */
const mostLooks = 1_000;
/** Links to folders are followed where they look like a place for logs: a link to a data set is not. */
const logLink =
  /^(?:runs?|logs?|log_?dir|out(?:put)?s?|results?|checkpoints?|wandb|dvclive|lightning_logs|exp(?:eriment)?s?|tb|tensorboard.*)$/i;

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #mostFolders: number;
  readonly #mostEntries: number;
  readonly #folders = new Map<string, WatchedFolder>();
  readonly #targets = new Set<string>();
  readonly #roots = new Set<string>();
  readonly #missing = new Set<string>();
  #queue: string[] = [];
  #walking: Promise<void> | undefined;
  #closed = false;
  #noMoreNotices = false;
  #notices = 0;
  /** How many of the folders without a notice the last look has come to. */
  #lookedAt = 0;
  #toldMost = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#mostFolders = options.mostFolders ?? 5_000;
    this.#mostEntries = options.mostEntries ?? 50_000;
  }

  /** Watches `folder` and everything below; when it does not exist yet, {@link look} finds it. */
  add(folder: string): void {
    this.#roots.add(folder);
    this.#enqueue(folder);
  }

  /** Whether changes of the files in `folder` are told. */
  watches(folder: string): boolean {
    return this.#folders.get(folder)?.watcher !== undefined;
  }

  /** Resolves when everything that is known to be there has been read. */
  async settled(): Promise<void> {
    while (this.#walking !== undefined) await this.#walking;
  }

  /**
   * Looks for folders that did not exist, and into some of those without a notice.
   * @param again Into all that changed since they were read.
   */
  async look(again = false): Promise<void> {
    for (const folder of [...this.#missing]) {
      this.#missing.delete(folder);
      this.#enqueue(folder);
    }
    await this.settled();
    if (again) for (const [folder, known] of this.#folders) await this.#lookInto(folder, known);
    else await this.#lookWithoutNotice();
    await this.settled();
  }

  async #lookWithoutNotice(): Promise<void> {
    const folders = [...this.#folders].filter(([, { watcher }]) => watcher === undefined);
    if (this.#lookedAt >= folders.length || folders.length <= mostLooks) this.#lookedAt = 0;
    const some = folders.slice(this.#lookedAt, this.#lookedAt + mostLooks);
    this.#lookedAt += some.length;
    for (const [folder, known] of some) {
      if (this.#closed) return;
      await this.#lookInto(folder, known, known.holdsWanted);
    }
  }

  async #lookInto(folder: string, known: WatchedFolder, anyway = false): Promise<void> {
    const found = await stat(folder).catch(() => undefined);
    if (found === undefined || found.ino !== known.inode) this.#again(folder);
    // Within the clock's coarse ticks a change may bear the time of the reading.
    else if (anyway || found.mtimeMs > known.modifiedMs - 50) await this.#read(folder);
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
    for (const { watcher } of this.#folders.values()) watcher?.close();
    this.#folders.clear();
  }

  #enqueue(folder: string): void {
    if (this.#closed || this.#folders.has(folder)) return;
    this.#queue.push(folder);
    this.#start();
  }

  #start(): void {
    this.#walking ??= this.#walk().finally(() => {
      this.#walking = undefined;
      // Something may have been found just after the last look.
      if (this.#queue.length > 0 && !this.#closed) this.#start();
    });
  }

  async #walk(): Promise<void> {
    // Breadth first: what lies deep is rarely what changes.
    for (let at = 0; at < this.#queue.length && !this.#closed; at++) {
      const folder = this.#queue[at] ?? '';
      if (!this.#folders.has(folder)) await this.#open(folder);
      if (at > 1_000) {
        this.#queue = this.#queue.slice(at + 1);
        at = -1;
      }
    }
    this.#queue = [];
  }

  async #open(folder: string): Promise<void> {
    if (this.#options.without.includes(folder)) return;
    const target = await realpath(folder).catch(() => undefined);
    if (target === undefined) {
      if (this.#roots.has(folder)) this.#missing.add(folder);
      return;
    }
    // By where it really is, so that links in a circle end.
    if (this.#targets.has(target) || this.#options.without.includes(target)) return;
    if (this.#folders.size >= this.#mostFolders) {
      this.#tellMost(`more than ${this.#mostFolders.toLocaleString('en')} folders`);
      return;
    }
    const inode = await stat(target).then(
      found => (found.isDirectory() ? found.ino : undefined),
      () => undefined,
    );
    if (inode === undefined || this.#isClosed()) return;
    this.#targets.add(target);
    this.#folders.set(folder, {
      watcher: this.#watch(folder),
      target,
      inode,
      modifiedMs: 0,
      holdsWanted: false,
    });
    await this.#read(folder);
  }

  #watch(folder: string): FSWatcher | undefined {
    if (this.#noMoreNotices || this.#notices >= (this.#options.mostNotices ?? Infinity)) return undefined;
    try {
      const watcher = (this.#options.notify ?? watch)(folder, { persistent: false }, (event, name) => {
        if (name === null) void this.#read(folder);
        else this.#onNotice(folder, event, name);
      });
      watcher.on('error', () => this.#forget(folder));
      this.#notices++;
      return watcher;
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOSPC' || code === 'EMFILE') {
        this.#noMoreNotices = true;
        this.#options.onProblem(
          'The system gives no more notices of changed files (fs.inotify.max_user_watches), so files that metrics are logged to may be found late.',
        );
      }
      return undefined;
    }
  }

  #onNotice(folder: string, event: string, name: string): void {
    const path = join(folder, name);
    if (this.#options.wanted(path)) {
      this.#options.onFile(path);
      return;
    }
    if (event !== 'rename' || looksLikeFile(name) || isPassedOver(name)) return;
    lstat(path).then(
      found => {
        if (found.isDirectory()) {
          // Deleted and made again at once, it is another one under the same name.
          if (this.#folders.get(path)?.inode !== found.ino) this.#again(path);
        } else if (found.isSymbolicLink() && logLink.test(name)) this.#enqueue(path);
      },
      () => {
        this.#forget(path);
        // The end of the watched folder itself is told under its own name, even when there is a new one by now.
        if (name === basename(folder)) this.#again(folder);
      },
    );
  }

  #again(folder: string): void {
    this.#forget(folder);
    this.#enqueue(folder);
  }

  #forget(folder: string): void {
    if (!this.#folders.has(folder)) return;
    for (const [path, { watcher, target }] of this.#folders) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher?.close();
      if (watcher !== undefined) this.#notices--;
      this.#folders.delete(path);
      this.#targets.delete(target);
    }
  }

  async #read(folder: string): Promise<void> {
    const known = this.#folders.get(folder);
    if (known === undefined || this.#closed) return;
    const folders: string[] = [];
    let entries = 0;
    known.holdsWanted = false;
    try {
      known.modifiedMs = (await stat(folder)).mtimeMs;
      for await (const entry of await opendir(folder, { bufferSize: 512 })) {
        if (this.#isClosed()) return;
        if (environmentMarks.has(entry.name)) {
          this.#forget(folder);
          return;
        }
        if (++entries > this.#mostEntries) {
          this.#tellMost(`a folder with more than ${this.#mostEntries.toLocaleString('en')} files`);
          break;
        }
        if (isFolderToWatch(entry)) folders.push(join(folder, entry.name));
        else if (!entry.isDirectory()) {
          const path = join(folder, entry.name);
          if (!this.#options.wanted(path)) continue;
          known.holdsWanted = true;
          this.#options.onFile(path);
        }
      }
    } catch {
      // Not readable, or gone meanwhile: there is nothing to be found in it.
    }
    for (const path of folders) this.#enqueue(path);
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  #tellMost(what: string): void {
    if (this.#toldMost) return;
    this.#toldMost = true;
    this.#options.onProblem(
      `The working folder holds ${what}: files that metrics are logged to are looked for in a part of it, and where Python programs open them.`,
    );
  }
}

function isFolderToWatch(entry: Dirent): boolean {
  if (entry.isDirectory()) return !isPassedOver(entry.name);
  return entry.isSymbolicLink() && logLink.test(entry.name);
}
