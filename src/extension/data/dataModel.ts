/**
 * The one owner of what the window knows about data: which working trees have some, and how each pinned path stands.
 * The tree, the decorations, the Source Control groups and the status bar are projections of it. It looks when HEAD
 * moves, a pin file or pinned file changes, or an operation ends; never by the clock.
 */
import * as vscode from 'vscode';
import type { PathStatus } from '../../data/operations/dataStatus.ts';
import { Coalescer } from '../coalescer.ts';
import { fileOfRow } from './dataRowUri.ts';
import { RemoteKnowledge } from './remoteKnowledge.ts';
import type { DataClient } from './dataClient.ts';
import type { DataPlace, DataView } from './host/dataRequests.ts';

const refreshDelayMs = 300;
/** A training that writes into a pinned folder changes it all the time. */
const refreshEveryMs = 2000;

export interface OpenPlace extends DataPlace {
  /** The first folder of the workspace that led here. */
  readonly folder: vscode.WorkspaceFolder;
}

export interface DataSnapshot {
  readonly places: readonly OpenPlace[];
  /** Root → how its data stands; absent where it has none, or could not be read. */
  readonly views: ReadonlyMap<string, DataView>;
  /** Root → why it could not be read. */
  readonly failures: ReadonlyMap<string, unknown>;
}

const nothing: DataSnapshot = { places: [], views: new Map(), failures: new Map() };

export class DataModel {
  readonly #client: DataClient;
  readonly #lastHead: (root: string) => string | undefined;
  readonly #refresh: Coalescer;
  readonly #changed = new vscode.EventEmitter<DataSnapshot>();
  readonly #disposables: { dispose(): unknown }[] = [];
  readonly #watchers: vscode.Disposable[] = [];
  /** Roots that are to be read again; `all` where the places themselves may have changed. */
  #stale: Set<string> | 'all' = 'all';
  #snapshot = nothing;
  readonly #remotes = new RemoteKnowledge();
  #asksRemotes = false;
  #settle: () => void = () => undefined;
  /** Root → what is pinned there, to tell whether a change concerns it. */
  #pinned: ReadonlyMap<string, PinnedPaths> = new Map();
  readonly onDidChange = this.#changed.event;
  /** Resolves when the first reading is done, well or badly. */
  readonly ready = new Promise<void>(resolve => {
    this.#settle = resolve;
  });

  /** @param lastHead Where HEAD was when this window last looked: what moved since is told. */
  constructor(
    client: DataClient,
    lastHead: (root: string) => string | undefined,
    onError: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#lastHead = lastHead;
    this.#refresh = new Coalescer(
      () => this.#read(onError),
      error => {
        onError(error);
        this.#settle();
      },
      refreshDelayMs,
      refreshEveryMs,
    );
    this.#disposables.push(
      this.#changed,
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.reload()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.reload()),
    );
  }

  get snapshot(): DataSnapshot {
    return this.#snapshot;
  }

  get hasData(): boolean {
    return this.#snapshot.places.some(({ hasData }) => hasData);
  }

  start(): void {
    this.#refresh.request();
  }

  /** Looks for places and reads everything again, and asks the remotes. */
  reload(): void {
    for (const { root } of this.#snapshot.places) this.#remotes.forget(root);
    this.#stale = 'all';
    this.#refresh.request();
  }

  /** Data was moved to or from a remote: what it is known to lack is not true any more. */
  moved(root: string): void {
    this.#remotes.forget(root);
    this.changed(root);
  }

  changed(root: string): void {
    if (this.#stale !== 'all') this.#stale.add(root);
    this.#refresh.request();
  }

  /** Resolves after the next reading. */
  nextChange(): Promise<DataSnapshot> {
    return new Promise(resolve => {
      const once = this.onDidChange(snapshot => {
        once.dispose();
        resolve(snapshot);
      });
    });
  }

  /** The place and status of a pinned path, or of the pinned path that `uri` lies in; `path` relative to the root. */
  statusOf(
    uri: vscode.Uri,
  ): { readonly place: OpenPlace; readonly status: PathStatus; readonly path: string } | undefined {
    const file = fileOfRow(uri);
    if (file === undefined) return undefined;
    for (const place of this.#snapshot.places) {
      const path = relativeTo(place.root, file.fsPath);
      if (path === undefined) continue;
      const status = this.#snapshot.views
        .get(place.root)
        ?.status.paths.find(known => known.path === path || path.startsWith(`${known.path}/`));
      if (status !== undefined) return { place, status, path };
    }
    return undefined;
  }

  dispose(): void {
    this.#refresh.dispose();
    for (const disposable of [...this.#disposables, ...this.#watchers]) disposable.dispose();
  }

  async #read(onError: (error: unknown) => void): Promise<void> {
    const stale = this.#stale;
    this.#stale = new Set();
    const places = stale === 'all' ? await this.#findPlacesOrLater() : this.#snapshot.places;
    const views = new Map<string, DataView>();
    const failures = new Map<string, unknown>();
    for (const { root, hasData } of places) {
      if (!hasData) continue;
      const known = this.#snapshot.views.get(root);
      if (stale !== 'all' && !stale.has(root) && known !== undefined) {
        views.set(root, known);
        continue;
      }
      try {
        views.set(root, this.#remotes.fill(root, await this.#client.request('view', { root })));
      } catch (error) {
        failures.set(root, error);
        onError(error);
      }
    }
    this.#snapshot = { places, views, failures };
    this.#pinned = new Map(
      [...views].map(([root, { status }]) => [root, pinnedPaths(status.paths.map(({ path }) => path))]),
    );
    this.#changed.fire(this.#snapshot);
    this.#settle();
    // Not waited for: a remote may take minutes to say nothing.
    void this.#askRemotes(onError);
  }

  /** Where a remote is asked lies in the repository's configuration: in an untrusted workspace nobody is. */
  async #askRemotes(onError: (error: unknown) => void): Promise<void> {
    if (!vscode.workspace.isTrusted || this.#asksRemotes) return;
    this.#asksRemotes = true;
    for (const [root, view] of this.#snapshot.views) {
      if (!this.#remotes.asksFor(root, view)) continue;
      try {
        this.#remotes.learn(root, await this.#client.request('view', { root, remote: true }));
        this.changed(root);
      } catch (error) {
        // Once in a window, and again when somebody asks: without network the rest works as well.
        this.#remotes.learn(root, view);
        onError(error);
      }
    }
    this.#asksRemotes = false;
  }

  /** What was not found now is looked for again at the next request. */
  async #findPlacesOrLater(): Promise<readonly OpenPlace[]> {
    try {
      return await this.#findPlaces();
    } catch (error) {
      this.#stale = 'all';
      throw error;
    }
  }

  async #findPlaces(): Promise<readonly OpenPlace[]> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const found = await Promise.all(
      folders.map(async folder => ({
        ...(await this.#client.request('findPlace', { folder: folder.uri.fsPath })),
        folder,
      })),
    );
    const byRoot = new Map<string, OpenPlace>();
    for (const place of found) if (!byRoot.has(place.root)) byRoot.set(place.root, place);
    const places = [...byRoot.values()];
    await this.#watch(places);
    return places;
  }

  async #watch(places: readonly OpenPlace[]): Promise<void> {
    for (const watcher of this.#watchers.splice(0)) watcher.dispose();
    const kept = new Set(places.filter(({ hasData }) => hasData).map(({ root }) => root));
    for (const { root } of this.#snapshot.places)
      if (!kept.has(root)) await this.#client.request('unwatchHead', { root });
    for (const { root, folder, hasData } of places) {
      if (!hasData) {
        // A folder gets data by a first pin, or by a checkout that brings some.
        const watcher = vscode.workspace.createFileSystemWatcher(
          new vscode.RelativePattern(folder, '{.dvc/config,**/*.dvc,.gitattributes}'),
          false,
          true,
          true,
        );
        watcher.onDidCreate(() => this.reload());
        this.#watchers.push(watcher);
        continue;
      }
      const since = this.#lastHead(root);
      await this.#client.request('watchHead', { root, ...(since === undefined ? {} : { since }) });
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**'));
      const look = (uri: vscode.Uri): void => {
        if (this.#concerns(root, uri.fsPath)) this.changed(root);
      };
      watcher.onDidChange(look);
      watcher.onDidCreate(look);
      watcher.onDidDelete(look);
      this.#watchers.push(watcher);
    }
  }

  /** Whether a change of this file can change how the data of `root` stands. */
  #concerns(root: string, path: string): boolean {
    const relative = relativeTo(root, path);
    if (relative === undefined || relative.startsWith('.git/') || relative.startsWith('.dvc/cache/'))
      return false;
    if (relative.startsWith('.dvc/')) return /^\.dvc\/config(\.local)?$/.test(relative);
    if (/(^|\/)(dvc\.(lock|yaml)|\.dvcignore|\.gitattributes|[^/]+\.dvc)$/.test(relative)) return true;
    const pinned = this.#pinned.get(root);
    if (pinned === undefined) return false;
    // A folder above pinned paths came or went.
    return pinned.above.has(relative) || upwards(relative).some(path => pinned.paths.has(path));
  }
}

interface PinnedPaths {
  readonly paths: ReadonlySet<string>;
  /** Folders that hold pinned paths. */
  readonly above: ReadonlySet<string>;
}

function pinnedPaths(paths: readonly string[]): PinnedPaths {
  return { paths: new Set(paths), above: new Set(paths.flatMap(path => upwards(path).slice(1))) };
}

/** The path itself and every folder above it, below the root. */
function upwards(path: string): string[] {
  const found: string[] = [];
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) found.push(path.slice(0, end));
  return found;
}

/** With forward slashes; undefined where `path` does not lie below `root`. */
export function relativeTo(root: string, path: string): string | undefined {
  const relative = path.startsWith(root) ? path.slice(root.length).replaceAll('\\', '/') : undefined;
  return relative?.startsWith('/') === true ? relative.slice(1) : undefined;
}
