/**
 * The runs of one store: listing, reading, and the small things people do to runs. Any number of processes may do the
 * same at once; nothing here takes a lock or starts a process.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { hostIdentity, type HostIdentity } from '../base/processIdentity.ts';
import type { Annotation } from './annotation.ts';
import { announceChange } from './changes.ts';
import { runNotFound } from './errors.ts';
import { Pause } from './pause.ts';
import { readRunDetails, SummaryReader } from './readRun.ts';
import { resolveRun } from './resolveRun.ts';
import type { RunDetails } from './runDetails.ts';
import { isRunId, listRunIds, listShards } from './runFolders.ts';
import { runPaths, storePaths, type StorePath } from './runPaths.ts';
import type { RunSummary } from './runSummary.ts';
import { writeInRun } from './writeInRun.ts';

/** What to change; fields left out stay as they are. */
export type AnnotationChange = Pick<
  Annotation,
  'name' | 'note' | 'addTags' | 'removeTags' | 'star' | 'archived'
>;

export class RunStore {
  readonly store: StorePath;
  #reader: Promise<{ here: HostIdentity; summaries: SummaryReader }> | undefined;

  constructor(store: StorePath) {
    this.store = store;
  }

  /** All runs, newest first; also those whose record is damaged, which say so in `problem`. */
  async list(options: { readonly signal?: AbortSignal } = {}): Promise<RunSummary[]> {
    const { runs } = storePaths(this.store);
    const { summaries } = await this.#open();
    const pause = new Pause(options.signal);
    const found: RunSummary[] = [];
    for (const shard of listShards(runs)) {
      for (const id of listRunIds(runs, shard)) {
        const summary = await summaries.read(id, join(runs, shard, id));
        if (summary !== undefined) found.push(summary);
        if (pause.due) await pause.take();
      }
    }
    return found.sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Throws `run-not-found`. `id` is a full id. */
  async summary(id: string): Promise<RunSummary> {
    const { summaries } = await this.#open();
    const summary = isRunId(id) ? await summaries.read(id, runPaths(this.store, id).dir) : undefined;
    if (summary === undefined) throw runNotFound(id);
    return summary;
  }

  /** Throws `run-not-found`. `id` is a full id. */
  async read(id: string): Promise<RunDetails> {
    const { here } = await this.#open();
    const details = isRunId(id)
      ? await readRunDetails(id, runPaths(this.store, id).dir, here, 'all')
      : undefined;
    if (details === undefined) throw runNotFound(id);
    return details;
  }

  /** The id behind `@1` (newest), a full id, a unique part of one, or a unique name; see resolveRun. */
  async resolve(reference: string): Promise<string> {
    const wanted = reference.toUpperCase();
    if (
      isRunId(wanted) &&
      statSync(runPaths(this.store, wanted).dir, { throwIfNoEntry: false }) !== undefined
    )
      return wanted;
    return resolveRun(reference, await this.list());
  }

  /** Throws `run-not-found`, `record-not-written`. */
  async annotate(id: string, change: AnnotationChange): Promise<void> {
    this.#requireId(id);
    const annotation: Annotation = { schemaVersion: 1, at: new Date().toISOString(), ...change };
    await writeInRun(this.store, id, 'annotations', `${ulid()}.json`, annotation);
    announceChange(this.store, [id]);
  }

  /** Asks the supervisor of a run for something. Resolves with the id of the request. */
  async request(id: string, kind: string): Promise<string> {
    this.#requireId(id);
    const requestId = ulid();
    const request = { schemaVersion: 1, at: new Date().toISOString(), kind };
    await writeInRun(this.store, id, 'requests', `${requestId}.json`, request);
    announceChange(this.store, [id]);
    return requestId;
  }

  #requireId(id: string): void {
    if (!isRunId(id)) throw runNotFound(id);
  }

  #open(): Promise<{ here: HostIdentity; summaries: SummaryReader }> {
    this.#reader ??= hostIdentity().then(here => ({ here, summaries: new SummaryReader(here) }));
    return this.#reader;
  }
}
