/**
 * Puts the records of past runs into the store. A new record is written beside its place and renamed into it; a record
 * whose source has changed is renewed file by file, its plan last, so that an import that breaks off is completed by
 * the next one. Annotations, verdicts and requests are never touched.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText, systemErrorCode } from '../base/systemError.ts';
import { LockstepError } from '../base/lockstepError.ts';
import { recordNotWritten } from '../runs/errors.ts';
import { planSchema, type Origin } from '../runs/plan.ts';
import { runPaths, runPathsIn, storePaths } from '../runs/runPaths.ts';
import { listShards } from '../runs/runFolders.ts';
import { listTrash, moveFromTrash } from '../runs/trash.ts';
import { importedRunId } from './importedRunId.ts';
import type { ImportOptions } from './importRuns.ts';
import { KnownCommits } from './knownCommits.ts';
import { LiveRecords } from './liveRecords.ts';
import type { PastRunHeader, RecordedRun, SkippedRun } from './pastRun.ts';
import { writePastRun } from './writePastRun.ts';

export interface PlacedRecord {
  readonly id: string;
  readonly how: 'imported' | 'renewed' | 'unchanged';
}

/** What an import writes: everything else in a run folder is somebody's own. */
const ownedNames = [
  'metrics.bin',
  'reported.jsonl',
  'media.jsonl',
  'media',
  'artifacts',
  'models',
  'result.json',
];
const stagingEnd = '.import.tmp';
/** A staging folder that nobody has written into for so long is left over from an import that was killed. */
const abandonedMs = 60 * 60 * 1000;

export class RecordPlacer {
  readonly #options: ImportOptions;
  readonly #removed: ReadonlySet<string>;
  readonly #commits: KnownCommits;
  readonly #live: LiveRecords;
  /** Id that an import would have given → that of the record there is. */
  readonly #recorded = new Map<string, string>();

  private constructor(options: ImportOptions, removed: ReadonlySet<string>) {
    this.#options = options;
    this.#removed = removed;
    this.#commits = new KnownCommits(options.project.root);
    this.#live = new LiveRecords(options.project.store);
  }

  static async open(options: ImportOptions): Promise<RecordPlacer> {
    const { store } = options.project;
    await deleteAbandoned(store);
    return new RecordPlacer(options, new Set((await listTrash(store)).map(({ id }) => id)));
  }

  /** Throws `record-not-written`, and the reason of the signal; anything wrong with the run itself is `why`. */
  async place(header: PastRunHeader): Promise<PlacedRecord | RecordedRun | SkippedRun> {
    const { kind, project, signal } = this.#options;
    const id = importedRunId(kind, header);
    const { dir } = runPaths(project.store, id);
    const importedParent = header.parent === undefined ? undefined : importedRunId(kind, header.parent);
    const parent = this.#recorded.get(importedParent ?? '') ?? importedParent;
    if (this.#removed.has(id)) {
      if (this.#options.again !== true)
        return { what: header.id, why: 'it was removed; --again brings it back' };
      // Another process may have brought it back since.
      await moveFromTrash(project.store, id).catch(() => undefined);
    } else if (parent !== undefined && this.#removed.has(parent) && this.#options.again !== true)
      return { what: header.id, why: 'the run that it belongs to was removed' };

    const before = await readOrigin(dir);
    if (before === 'foreign') return { what: header.id, why: `${dir} is not a record of an imported run` };
    if (before?.fingerprint === header.fingerprint) return { id, how: 'unchanged' };

    const recorded = before === undefined ? await this.#live.find(header) : undefined;
    if (recorded !== undefined) {
      this.#recorded.set(id, recorded);
      return { what: header.id, id: recorded };
    }

    let staging: string | undefined;
    try {
      let past;
      try {
        past = await header.read();
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof LockstepError && error.code.startsWith('database-')) throw error;
        return { what: header.id, why: errorText(error) };
      }
      staging = await makeStaging(dir, id);
      const frame = { ...this.#options, id, parent, root: project.root, commits: this.#commits };
      await writePastRun(staging, header, past, frame);
      signal?.throwIfAborted();
      if (before !== undefined) await renew(staging, dir);
      else if (!(await moveIntoPlace(staging, dir))) return { id, how: 'unchanged' };
      return { id, how: before === undefined ? 'imported' : 'renewed' };
    } catch (error) {
      signal?.throwIfAborted();
      throw systemErrorCode(error) === undefined ? error : recordNotWritten(dir, error);
    } finally {
      if (staging !== undefined) await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Undefined when there is no record; one whose plan cannot be read is to be written anew. */
async function readOrigin(dir: string): Promise<Partial<Origin> | 'foreign' | undefined> {
  const { plan } = runPathsIn(dir);
  let text: string;
  try {
    text = await readFile(plan, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return (await exists(dir)) ? {} : undefined;
    throw recordNotWritten(plan, error);
  }
  try {
    const parsed = planSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return {};
    return parsed.data.origin ?? 'foreign';
  } catch {
    return {};
  }
}

async function makeStaging(dir: string, id: string): Promise<string> {
  const shard = dirname(dir);
  await mkdir(shard, { recursive: true });
  const made = await mkdtemp(join(shard, `.${id}.`));
  const staging = `${made}${stagingEnd}`;
  await rename(made, staging);
  return staging;
}

/** False when another import has put it there meanwhile. */
async function moveIntoPlace(staging: string, dir: string): Promise<boolean> {
  try {
    await rename(staging, dir);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM') {
      if (await exists(join(dir, 'plan.json'))) return false;
    }
    throw error;
  }
}

async function renew(staging: string, dir: string): Promise<void> {
  const written = new Set(await readdir(staging));
  for (const name of ownedNames) {
    const target = join(dir, name);
    if (written.has(name) && !(await isFolder(target))) {
      await rename(join(staging, name), target);
      continue;
    }
    if (!(await exists(target))) continue;
    // A folder cannot be replaced in one step: the old one goes into the staging folder, which is deleted after.
    await rename(target, join(staging, `old-${name}`));
    if (written.has(name)) await rename(join(staging, name), target);
  }
  await rename(join(staging, 'plan.json'), join(dir, 'plan.json'));
}

async function deleteAbandoned(store: string): Promise<void> {
  const { runs } = storePaths(store);
  for (const shard of listShards(runs)) {
    const names = await readdir(join(runs, shard)).catch(() => []);
    for (const name of names) {
      if (!name.startsWith('.') || !name.endsWith(stagingEnd)) continue;
      const path = join(runs, shard, name);
      const modified = await stat(path).then(
        stats => stats.mtimeMs,
        () => Date.now(),
      );
      if (Date.now() - modified > abandonedMs)
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    stats => stats.isDirectory(),
    () => false,
  );
}
