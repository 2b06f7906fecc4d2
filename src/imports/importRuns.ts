/**
 * Makes run records from past runs of other tools. Importing the same source twice makes no second record: the id of
 * a record follows from what identifies the run in its source. A record appears whole or not at all, and what a person
 * said about a run (its annotations) is never touched.
 */
import { announceChange } from '../runs/changes.ts';
import type { Project } from '../git/locateProject.ts';
import { nothingToImport } from './errors.ts';
import type { ImportKind } from './importKind.ts';
import { openPastRuns } from './openPastRuns.ts';
import type { RecordedRun, SkippedRun } from './pastRun.ts';
import { RecordPlacer } from './recordPlacer.ts';

export interface ImportOptions {
  readonly kind: ImportKind;
  /** Absolute: a folder, or for `mlflow.db` and `wandb` also a file. */
  readonly path: string;
  readonly project: Pick<Project, 'root' | 'store'>;
  readonly toolVersion: string;
  /** Also what a person removed: it comes back from the trash, or is imported anew. */
  readonly again?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

export interface ImportProgress {
  /** Past runs looked at so far. */
  readonly done: number;
  readonly total: number;
  /** Records written so far, new and renewed ones. */
  readonly written: number;
}

export interface ImportReport {
  /** Ids of new records. */
  readonly imported: readonly string[];
  /** Of records that were there and whose source had changed. */
  readonly renewed: readonly string[];
  readonly unchanged: readonly string[];
  /** Runs that Lockstep recorded itself while they ran: they have a record (`id`), and get no second one. */
  readonly recorded: readonly RecordedRun[];
  /** What was found and left out, and why. */
  readonly skipped: readonly SkippedRun[];
}

/** So many records make one notice: a viewer need not look up after each of ten thousand. */
const runsPerNotice = 50;

/**
 * Throws `nothing-to-import` and what else errors.ts names when the source as a whole cannot be read; one bad run costs
 * that run and is among `skipped`. Rejects with the reason of `signal`; what was imported until then stands whole.
 */
export async function importRuns(options: ImportOptions): Promise<ImportReport> {
  const { kind, path, project, signal } = options;
  const source = await openPastRuns(kind, path, project.root, signal);
  const skipped = [...source.skipped];
  const recorded: RecordedRun[] = [];
  const found = { imported: [] as string[], renewed: [] as string[], unchanged: [] as string[] };
  if (source.runs.length === 0 && skipped.length === 0) throw nothingToImport(kind, path);
  const placer = await RecordPlacer.open(options);
  let unannounced: string[] = [];
  const progressAt = (done: number): ImportProgress => ({
    done,
    total: source.runs.length,
    written: found.imported.length + found.renewed.length,
  });
  try {
    for (const [done, header] of source.runs.entries()) {
      signal?.throwIfAborted();
      options.onProgress?.(progressAt(done));
      const outcome = await placer.place(header);
      if ('why' in outcome) skipped.push(outcome);
      else if ('what' in outcome) recorded.push(outcome);
      else {
        found[outcome.how].push(outcome.id);
        if (outcome.how !== 'unchanged') unannounced.push(outcome.id);
      }
      if (unannounced.length >= runsPerNotice) {
        announceChange(project.store, unannounced);
        unannounced = [];
      }
    }
    options.onProgress?.(progressAt(source.runs.length));
  } finally {
    if (unannounced.length > 0) announceChange(project.store, unannounced);
    await source.close();
  }
  return { ...found, recorded, skipped };
}
