/**
 * The runs of one store: listing, reading, and the small things people do to runs. Any number of processes may do the
 * same at once; nothing here takes a lock or starts a process.
 */
import { hostIdentity, type HostIdentity } from '../base/processIdentity.ts';
import type { Annotation, ReachedPart, RunRequest } from './annotation.ts';
import { announceChange } from './changes.ts';
import { runIsLive, runNotFound } from './errors.ts';
import { RunLister, type ListOptions, type RunPage } from './listRuns.ts';
import { placeOf, resolveRun, resolveRunId } from './resolveRun.ts';
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
   * The id behind `@1` (newest; child runs, probes and trials do not count), a full id, a unique part of one, or a unique name, tried in this order.
   * Throws `run-not-found`, `run-ambiguous`.
   */
  async resolve(reference: string): Promise<string> {
    const place = placeOf(reference);
    if (place !== undefined) {
      const { runs } = await this.page({ limit: place, children: false });
      const found = runs[place - 1];
      if (found === undefined) throw runNotFound(reference);
      return found.id;
    }
    const only = resolveRunId(reference, await this.#lister.ids());
    return only ?? resolveRun(reference, await this.list());
  }

  /** The id of a removed run, by an id, a unique part of one, or a unique name. Throws `run-not-in-trash`, `run-ambiguous`. */
  async resolveTrashed(reference: string): Promise<string> {
    const { resolveTrashed } = await import('./resolveTrashed.ts');
    return resolveTrashed(this.store, reference, await this.#here());
  }

  /** Throws `run-not-found`, `record-not-written`. */
  async annotate(id: string, change: AnnotationChange): Promise<void> {
    const annotation: Annotation = { schemaVersion: 1, at: new Date().toISOString(), ...change };
    await writeInRun(this.store, id, 'annotations', annotation);
    announceChange(this.store, [id]);
  }

  /** Asks the supervisor of a run for something; `reached` with a cancel that no person asks for. Resolves with the id of the request. Throws as {@link annotate}. */
  async request(id: string, kind: string, reached?: ReachedPart): Promise<string> {
    const request: RunRequest = {
      ...{ schemaVersion: 1, at: new Date().toISOString(), kind },
      ...(reached === undefined ? {} : { reached }),
    };
    const requestId = await writeInRun(this.store, id, 'requests', request);
    announceChange(this.store, [id]);
    return requestId;
  }

  /**
   * Moves runs and their child runs to the trash, all or (when one of them still runs or does not exist) none.
   * What lay there for 30 days is deleted for good: `emptied` says how many runs.
   * Throws `run-is-live`, `run-not-found`, `record-not-written`.
   */
  async remove(ids: readonly string[]): Promise<{ emptied: number }> {
    const going = new Set(ids);
    let parents = false;
    for (const id of ids) {
      const run = await this.summary(id);
      if (run.stillRunning) throw runIsLive(id);
      if ((run.childRuns ?? 0) > 0) parents = true;
    }
    // Oldest first: a child run comes before its own child runs.
    for (const run of parents ? (await this.list()).toReversed() : [])
      if (going.has(run.parent ?? '')) going.add(run.id);
    announceChange(this.store, await moveToTrash(this.store, [...going]));
    return { emptied: await emptyTrash(this.store) };
  }

  /** Undoes {@link remove}: child runs that went with a run come back with it. Throws `run-not-in-trash`, `run-not-restored`. */
  async restore(ids: readonly string[]): Promise<void> {
    const back = new Set<string>();
    for (const id of ids) {
      if (!isRunId(id)) throw runNotFound(id);
      if (back.has(id)) continue;
      const restored = await moveFromTrash(this.store, id);
      for (const one of restored) back.add(one);
      announceChange(this.store, restored);
    }
  }

  #here(): Promise<HostIdentity> {
    this.#host ??= hostIdentity();
    return this.#host;
  }
}
