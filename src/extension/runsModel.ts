/**
 * The one owner of what the window knows about runs: which projects there are, and how many runs live. Views are
 * projections of it. Refreshes coalesce; the last one is never lost.
 */
import * as vscode from 'vscode';
import { Coalescer } from './coalescer.ts';
import type { ContextKeys, ViewState } from './contextKeys.ts';
import { findProjects, type OpenProject } from './projects.ts';
import type { RunsViewState } from './runsViewState.ts';
import type { StoreChange, StoreClient } from './storeClient.ts';
import type { RunOutline } from './worker/runsView.ts';

const refreshDelayMs = 120;
/**
 * VS Code draws the changes of a tree when 200 ms have passed without another one: a run that logs faster than that
 * would never be drawn again.
 */
const refreshEveryMs = 350;

export interface ModelSnapshot {
  readonly projects: readonly OpenProject[];
  /** Store → what its runs look like from afar, in the present view. */
  readonly outlines: ReadonlyMap<string, RunOutline>;
  readonly live: number;
  readonly total: number;
}

export interface ModelChange {
  readonly before: ModelSnapshot;
  readonly now: ModelSnapshot;
  /** Store → runs that changed since; an empty set: any of them. */
  readonly changed: ReadonlyMap<string, ReadonlySet<string>>;
}

const nothing: ModelSnapshot = { projects: [], outlines: new Map(), live: 0, total: 0 };

export class RunsModel {
  readonly #client: StoreClient;
  readonly #viewState: RunsViewState;
  readonly #contextKeys: ContextKeys;
  readonly #refresh: Coalescer;
  readonly #changed = new vscode.EventEmitter<ModelChange>();
  readonly #disposables: { dispose(): unknown }[] = [];
  readonly onDidChange = this.#changed.event;
  readonly #gitWatchers: vscode.Disposable[] = [];
  #pending = new Map<string, Set<string>>();
  #projectsAreStale = true;
  #snapshot = nothing;
  #settle: () => void = () => undefined;
  /** Resolves when the first reading is done, well or badly. */
  readonly ready = new Promise<void>(resolve => {
    this.#settle = resolve;
  });

  constructor(
    client: StoreClient,
    viewState: RunsViewState,
    contextKeys: ContextKeys,
    onError: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#viewState = viewState;
    this.#contextKeys = contextKeys;
    this.#refresh = new Coalescer(
      () => this.#read(),
      error => {
        onError(error);
        void this.#contextKeys.set({ state: 'problem' });
        this.#settle();
      },
      refreshDelayMs,
      refreshEveryMs,
    );
    this.#disposables.push(
      viewState.onDidChange(() => this.#refresh.request()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.projectsChanged()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#refresh.request()),
      this.#changed,
    );
  }

  get snapshot(): ModelSnapshot {
    return this.#snapshot;
  }

  /** Resolves after the next reading. */
  nextChange(): Promise<void> {
    return new Promise(resolve => {
      const once = this.onDidChange(() => {
        once.dispose();
        resolve();
      });
    });
  }

  start(): void {
    this.#refresh.request();
  }

  /** Folders came or went, or a folder became a repository. */
  projectsChanged(): void {
    this.#projectsAreStale = true;
    this.#refresh.request();
  }

  /** What the worker tells. */
  storeChanged(change: StoreChange): void {
    const known = this.#pending.get(change.store);
    this.#pending.set(change.store, new Set([...(known ?? []), ...change.runIds]));
    if (change.runIds.size === 0) this.#projectsAreStale = true;
    this.#refresh.request();
  }

  /** The worker ended: it watches nothing any more, and knows nothing. */
  workerStopped(): void {
    this.projectsChanged();
  }

  /** Reads everything from disk again. */
  async reload(): Promise<void> {
    await Promise.all(
      this.#snapshot.projects.map(({ store }) => this.#client.request('forgetStore', { store })),
    );
    for (const { store } of this.#snapshot.projects) this.#pending.set(store, new Set());
    this.projectsChanged();
  }

  dispose(): void {
    this.#refresh.dispose();
    for (const disposable of [...this.#disposables, ...this.#gitWatchers]) disposable.dispose();
  }

  async #read(): Promise<void> {
    const changed = this.#pending;
    this.#pending = new Map();
    const before = this.#snapshot;
    let projects = before.projects;
    if (this.#projectsAreStale) {
      this.#projectsAreStale = false;
      projects = await this.#openProjects(before.projects);
    }
    const view = this.#viewState.view;
    const outlines = new Map(
      await Promise.all(
        projects.map(
          async ({ store }) => [store, await this.#client.request('outline', { store, view })] as const,
        ),
      ),
    );
    this.#snapshot = {
      projects,
      outlines,
      live: sum(outlines, outline => outline.live),
      total: sum(outlines, outline => outline.total),
    };
    await this.#contextKeys.set({
      state: stateOf(this.#snapshot),
      filtered: view.filter.trim() !== '',
      archivedShown: view.archived,
    });
    this.#changed.fire({ before, now: this.#snapshot, changed });
    this.#settle();
  }

  async #openProjects(before: readonly OpenProject[]): Promise<readonly OpenProject[]> {
    const projects = await findProjects(this.#client);
    const stores = new Set(projects.map(project => project.store));
    await Promise.all([
      ...projects.map(({ store }) => this.#client.request('watchStore', { store })),
      ...before
        .filter(({ store }) => !stores.has(store))
        .map(({ store }) => this.#client.request('unwatchStore', { store })),
    ]);
    this.#watchForGit(projects);
    return projects;
  }

  /** A folder that becomes a repository gets another store. */
  #watchForGit(projects: readonly OpenProject[]): void {
    for (const watcher of this.#gitWatchers.splice(0)) watcher.dispose();
    for (const { folder } of projects.filter(project => !project.inGit)) {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(folder, '.git/HEAD'),
      );
      watcher.onDidCreate(() => this.projectsChanged());
      this.#gitWatchers.push(watcher);
    }
  }
}

function sum(outlines: ReadonlyMap<string, RunOutline>, of: (outline: RunOutline) => number): number {
  let total = 0;
  for (const outline of outlines.values()) total += of(outline);
  return total;
}

function stateOf({ projects, total }: ModelSnapshot): ViewState {
  if (total > 0) return 'ready';
  if ((vscode.workspace.workspaceFolders ?? []).length === 0) return 'noFolder';
  if (projects.length === 0) return 'virtual';
  if (!vscode.workspace.isTrusted) return 'untrusted';
  return projects.some(project => project.inGit) ? 'noRuns' : 'noGit';
}
