/**
 * The runs of one store: listing, reading, and the small things people do to runs. Any number of processes may do the
 * same at once; nothing here takes a lock or starts a process.
 */
import { hostIdentity, type HostIdentity } from '../base/processIdentity.ts';
import type { Annotation, RunRequest } from './annotation.ts';
import { announceChange } from './changes.ts';
import { runIsLive, runNotFound } from './errors.ts';
import { RunLister, type ListOptions, type RunPage } from './listRuns.ts';
import { resolveRun, resolveRunId } from './resolveRun.ts';
import type { RunDetails } from './runDetails.ts';
import { isRunId } from './runFolders.ts';
import { runPaths, type StorePath } from './runPaths.ts';
import type { RunSummary } from './runSummary.ts';
import { emptyTrash, moveFromTrash, moveToTrash } from './trash.ts';
import { writeInRun } from './writeInRun.ts';

/** What to change; fields left out stay as they are. */
export type AnnotationChange = Pick<
  Annotation,
  'name' | 'note' | 'addTags' | 'removeTags' | 'star' | 'archived'
>;

export class RunStore {
  readonly store: StorePath;
  readonly #lister: RunLister;
  #host: Promise<HostIdentity> | undefined;

  constructor(store: StorePath) {
    this.store = store;
    this.#lister = new RunLister(store, () => this.#here());
  }

  /** All runs, newest first; also those whose record is damaged, which say so in `problem`. */
  async list(options: ListOptions = {}): Promise<RunSummary[]> {
    return (await this.#lister.page(options)).runs;
  }

  /** The same as texts, each one JSON document with NaN and infinities as text: what is only printed needs no parsing. */
  listTexts(options: ListOptions = {}): Promise<RunPage<string | Uint8Array>> {
    return this.#lister.listTexts(options);
  }

  /** Some of them, and how many runs there are. Looks at no more runs than it gives. */
  page(options: ListOptions): Promise<RunPage<RunSummary>> {
    return this.#lister.page(options);
  }

  /** Read anew. Throws `run-not-found`. `id` is a full id. */
  async summary(id: string): Promise<RunSummary> {
    const summary = isRunId(id) ? await this.#lister.summary(id) : undefined;
    if (summary === undefined) throw runNotFound(id);
    return summary;
  }

  /** Throws `run-not-found`. `id` is a full id. */
  async read(id: string): Promise<RunDetails> {
    const { readRunDetails } = await import('./readRun.ts');
    const details = isRunId(id)
      ? await readRunDetails(id, runPaths(this.store, id).dir, await this.#here())
      : undefined;
    if (details === undefined) throw runNotFound(id);
    return details;
  }

  /**
   * The id behind `@1` (newest), a full id, a unique part of one, or a unique name, tried in this order.
   * Throws `run-not-found`, `run-ambiguous`.
   */
  async resolve(reference: string): Promise<string> {
    const ids = await this.#lister.ids();
    const only = resolveRunId(reference, ids);
    return only ?? resolveRun(reference, await this.list());
  }

  /** Throws `run-not-found`, `record-not-written`. */
  async annotate(id: string, change: AnnotationChange): Promise<void> {
    const annotation: Annotation = { schemaVersion: 1, at: new Date().toISOString(), ...change };
    await writeInRun(this.store, id, 'annotations', annotation);
    announceChange(this.store, [id]);
  }

  /** Asks the supervisor of a run for something. Resolves with the id of the request. Throws as {@link annotate}. */
  async request(id: string, kind: string): Promise<string> {
    const request: RunRequest = { schemaVersion: 1, at: new Date().toISOString(), kind };
    const requestId = await writeInRun(this.store, id, 'requests', request);
    announceChange(this.store, [id]);
    return requestId;
  }

  /**
   * Moves runs to the trash, all or (when one of them still runs or does not exist) none.
   * What lay there for 30 days is deleted for good: `emptied` says how many runs.
   * Throws `run-is-live`, `run-not-found`, `record-not-written`.
   */
  async remove(ids: readonly string[]): Promise<{ emptied: number }> {
    for (const id of ids) if ((await this.summary(id)).stillRunning) throw runIsLive(id);
    announceChange(this.store, await moveToTrash(this.store, ids));
    return { emptied: await emptyTrash(this.store) };
  }

  /** Undoes {@link remove}. Throws `run-not-in-trash`, `run-not-restored`. */
  async restore(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (!isRunId(id)) throw runNotFound(id);
      await moveFromTrash(this.store, id);
      announceChange(this.store, [id]);
    }
  }

  #here(): Promise<HostIdentity> {
    this.#host ??= hostIdentity();
    return this.#host;
  }
}
