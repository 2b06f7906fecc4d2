/**
 * What endangers starred runs, as the worker found it last. It looks by itself only when the window has settled and
 * when a run has ended, never more often than every few hours for a project, and never in an untrusted workspace;
 * between those it does nothing at all. What it found is kept for the workspace.
 */
import * as vscode from 'vscode';
import type { RunHealth } from '../runs/runHealth.ts';
import type { ModelChange, RunsModel } from './runsModel.ts';
import type { StoreClient } from './storeClient.ts';

const key = 'lockstep.health';
const everyMs = 4 * 60 * 60 * 1000;
/** The window has other things to do when it opens, and the machine when a run has just ended. */
const settleMs = 20_000;

interface StoreHealth {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly runs: readonly RunHealth[];
}

export interface HealthQuestion {
  readonly ids?: readonly string[];
  readonly network?: boolean;
  readonly signal?: AbortSignal;
}

export interface HealthChange {
  readonly store: string;
  readonly ids: ReadonlySet<string>;
}

export class HealthModel {
  readonly #client: StoreClient;
  readonly #model: RunsModel;
  readonly #memento: vscode.Memento;
  readonly #onError: (error: unknown) => void;
  readonly #known = new Map<string, StoreHealth>();
  readonly #changed = new vscode.EventEmitter<HealthChange>();
  readonly #disposables: { dispose(): unknown }[] = [this.#changed];
  readonly #looking = new AbortController();
  readonly onDidChange = this.#changed.event;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    client: StoreClient,
    model: RunsModel,
    memento: vscode.Memento,
    onError: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#model = model;
    this.#memento = memento;
    this.#onError = onError;
    for (const [store, health] of Object.entries(memento.get<Record<string, StoreHealth>>(key, {})))
      if (Array.isArray(health.runs)) this.#known.set(store, health);
  }

  start(): void {
    void this.#model.ready.then(() => this.#plan());
    this.#disposables.push(
      this.#model.onDidChange(change => {
        if (hasEnded(change)) this.#plan();
      }),
    );
  }

  of(store: string, id: string): RunHealth | undefined {
    return this.#known.get(store)?.runs.find(({ runId }) => runId === id);
  }

  /** Looks now. Without ids at all starred runs; over the network only where that was asked for. */
  async check(
    store: string,
    { ids, network = false, signal }: HealthQuestion = {},
  ): Promise<readonly RunHealth[]> {
    const root = this.#model.snapshot.projects.find(project => project.store === store)?.root;
    if (root === undefined || !vscode.workspace.isTrusted) return [];
    const request = { store, root, network, ...(ids === undefined ? {} : { ids }) };
    const found = await this.#client.request('health', request, signal);
    const before = this.#known.get(store);
    const looked = new Set(found.map(({ runId }) => runId));
    const others = ids === undefined ? [] : (before?.runs ?? []).filter(({ runId }) => !looked.has(runId));
    const at = ids === undefined ? Date.now() : (before?.at ?? 0);
    this.#known.set(store, { at, runs: [...others, ...found] });
    this.#changed.fire({ store, ids: new Set([...(before?.runs ?? []).map(run => run.runId), ...looked]) });
    await this.#memento.update(key, Object.fromEntries(this.#known));
    return found;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#looking.abort(new vscode.CancellationError());
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#due().length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, settleMs);
  }

  #due(): string[] {
    if (!vscode.workspace.isTrusted) return [];
    const limit = Date.now() - everyMs;
    return this.#model.snapshot.projects
      .map(({ store }) => store)
      .filter(store => (this.#known.get(store)?.at ?? 0) < limit);
  }

  /** One project after the other: nobody waits for it. */
  async #look(): Promise<void> {
    for (const store of this.#due())
      try {
        await this.check(store, { signal: this.#looking.signal });
      } catch (error) {
        if (this.#looking.signal.aborted) return;
        this.#onError(error);
      }
  }
}

function hasEnded({ before, now }: ModelChange): boolean {
  return now.live < before.live;
}
