/**
 * Finds the run that Lockstep recorded while it ran, so that importing what its program logged makes no second record.
 * Only a run that was going on when the past run began, and that took in the very same files (or answered for the same
 * MLflow run), is the same; in doubt there are two records.
 */
import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, resolve } from 'node:path';
import * as z from 'zod';
import { readMetricLogs } from '../runs/metricLog.ts';
import { runPaths } from '../runs/runPaths.ts';
import { RunStore } from '../runs/runStore.ts';
import type { RunSummary } from '../runs/runSummary.ts';
import type { PastRunHeader } from './pastRun.ts';

/** Clients note their start in seconds, and file systems lag. */
const slackMs = 10_000;

interface Taken {
  /** Absolute. */
  readonly paths: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  /** MLflow's id → id of the run or child run here. */
  readonly mlflow: ReadonlyMap<string, string>;
}

export class LiveRecords {
  readonly #store: RunStore;
  #runs: Promise<RunSummary[]> | undefined;
  readonly #taken = new Map<string, Promise<Taken>>();

  constructor(store: string) {
    this.#store = new RunStore(store);
  }

  /** The id of its record. A record that cannot be read is none. */
  async find({ startedAt, logged }: PastRunHeader): Promise<string | undefined> {
    if (logged === undefined) return undefined;
    for (const { run, endedAt } of await this.#runsAt(startedAt)) {
      const taken = await this.#takenBy(run);
      if ('mlflowRun' in logged) {
        const id = taken.mlflow.get(logged.mlflowRun);
        if (id !== undefined) return id;
        continue;
      }
      const { files, modifiedAt } = logged;
      const isTaken = (path: string): boolean =>
        taken.paths.has(path) || (modifiedAt === undefined && taken.names.has(basename(path)));
      if (files.length > 0 && (modifiedAt ?? 0) <= endedAt && files.every(isTaken)) return run.id;
    }
    return undefined;
  }

  /** Runs and child runs of commands that were going on then; `endedAt` is that of the command. */
  async #runsAt(time: number): Promise<{ readonly run: RunSummary; readonly endedAt: number }[]> {
    this.#runs ??= this.#store.list();
    const runs = await this.#runs;
    const byId = new Map(runs.map(run => [run.id, run]));
    return runs.flatMap(run => {
      // When a further training was noticed says less than when its command ran.
      const command = byId.get(run.parent ?? '') ?? run;
      const endedAt = endOf(command);
      const live = Date.parse(command.startedAt ?? command.createdAt) - slackMs <= time && time <= endedAt;
      return live && run.importedFrom === undefined ? [{ run, endedAt }] : [];
    });
  }

  #takenBy(run: RunSummary): Promise<Taken> {
    let taken = this.#taken.get(run.id);
    if (taken === undefined) this.#taken.set(run.id, (taken = this.#read(run)));
    return taken;
  }

  async #read({ id }: RunSummary): Promise<Taken> {
    const paths = runPaths(this.#store.store, id);
    const { plan } = await this.#store.read(id);
    const { progress } = await readMetricLogs(paths.dir);
    const files = [...progress.keys()]
      .filter(source => source.startsWith('file:'))
      .map(source => source.slice('file:'.length))
      .map(name => (isAbsolute(name) ? name : resolve(plan?.root ?? '', name)));
    return {
      paths: new Set(files),
      names: new Set(files.map(path => basename(path))),
      mlflow: mlflowRunsOf(id, await readFile(paths.mlflow, 'utf8').catch(() => '')),
    };
  }
}

/** A run without an end may go on. */
function endOf({ endedAt }: RunSummary): number {
  return endedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(endedAt) + slackMs;
}

const runLineSchema = z.looseObject({
  event: z.literal('run'),
  id: z.string(),
  place: z.union([z.literal('main'), z.looseObject({ child: z.string() })]),
});

/** @param journal Of `mlflow.jsonl`; lines of other kinds and torn ones are passed over. */
function mlflowRunsOf(id: string, journal: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of journal.split('\n')) {
    if (!line.includes('"run"')) continue;
    try {
      const said = runLineSchema.safeParse(JSON.parse(line)).data;
      if (said !== undefined) found.set(said.id, said.place === 'main' ? id : said.place.child);
    } catch {
      continue;
    }
  }
  return found;
}
