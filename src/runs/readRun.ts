/** Details and summary of one run, its state derived and, while it has no result, its metric logs read. */
import { existsSync } from 'node:fs';
import type { HostIdentity } from '../base/processIdentity.ts';
import { MetricLogFollower } from './metricLog.ts';
import { summariseShownSeries } from './metricSeries.ts';
import type { RunDetails } from './runDetails.ts';
import { runPathsIn } from './runPaths.ts';
import { readCommandEnd } from './commandEnd.ts';
import { readPreparing } from './preparing.ts';
import { deriveState } from './runState.ts';
import { summariseRun, type RunSummary } from './runSummary.ts';
import { readEndedRecord, readRunRecord } from './readRunRecord.ts';
import { modifiedAt, type RunStamps } from './runStamps.ts';

/** Undefined when there is no such run folder. */
export async function readRunDetails(
  id: string,
  dir: string,
  here: HostIdentity,
): Promise<RunDetails | undefined> {
  return (await readDerived(id, dir, here, 'all'))?.details;
}

async function readDerived(
  id: string,
  dir: string,
  here: HostIdentity,
  extent: 'summary' | 'all',
): Promise<{ details: RunDetails; final: boolean } | undefined> {
  for (;;) {
    const record = readRunRecord(dir, extent);
    if (record === undefined) return undefined;
    const { lastSignOfLife, problems, ...files } = record;
    // Neither of the two was ever watched here.
    const imported = record.plan?.origin !== undefined || record.shared !== undefined;
    const evidence = { resultState: record.result?.state, process: record.process, lastSignOfLife, imported };
    const { final, ...derived } = await deriveState(evidence, here, Date.now());
    // The run may have ended between the look at its files and the look at its processes: then the result is there now.
    const unread = record.result === undefined && !record.problems.some(isAboutResult);
    if (derived.state === 'lost' && unread && existsSync(runPathsIn(dir).result)) continue;
    const unplanned = derived.state === 'lost' && record.plan === undefined && problems.length === 0;
    const commandEnd = derived.state === 'lost' ? readCommandEnd(dir, record.process) : undefined;
    const details = {
      id,
      dir,
      ...derived,
      ...(commandEnd === undefined ? {} : { commandEnd, stillRunning: false }),
      ...files,
      problems: unplanned ? ['plan.json is missing'] : problems,
    };
    return { details, final };
  }
}

/** A summary, and whether nothing but a change of the run's folders can change it. */
export interface SummaryReading {
  readonly summary: RunSummary;
  readonly settled: boolean;
}

/** Summaries of runs, one after another; remembers how far it has read the metric logs of those that go on. */
export class SummaryReader {
  readonly #here: HostIdentity;
  readonly #followers = new Map<string, MetricLogFollower>();
  readonly #reading = new Map<string, Promise<SummaryReading | undefined>>();

  constructor(here: HostIdentity) {
    this.#here = here;
  }

  /** Of a run that looks as ended runs do, without more ado; undefined for every other run. */
  readEnded(id: string, dir: string, stamps: RunStamps): SummaryReading | undefined {
    const has = {
      ...{ annotations: stamps.annotations !== 0, verdicts: stamps.verdicts !== 0 },
      shared: modifiedAt(runPathsIn(dir).shared) !== 0,
    };
    const record = readEndedRecord(dir, has);
    if (record?.result === undefined) return undefined;
    this.#followers.delete(id);
    const summary = summariseRun({ id, dir, state: record.result.state, stillRunning: false, ...record });
    return { summary, settled: summary.problem === undefined };
  }

  /** Undefined when there is no such run folder. Calls for the same run take turns. */
  async read(id: string, dir: string): Promise<SummaryReading | undefined> {
    const before = this.#reading.get(id);
    const reading = before === undefined ? this.#read(id, dir) : before.then(() => this.#read(id, dir));
    const settled = reading.catch(() => undefined);
    this.#reading.set(id, settled);
    try {
      return await reading;
    } finally {
      if (this.#reading.get(id) === settled) this.#reading.delete(id);
    }
  }

  async #read(id: string, dir: string): Promise<SummaryReading | undefined> {
    const found = await readDerived(id, dir, this.#here, 'summary');
    if (found === undefined || found.details.result !== undefined) {
      this.#followers.delete(id);
      return found === undefined ? undefined : readingOf(summariseRun(found.details), found.final);
    }
    let follower = this.#followers.get(id);
    if (follower === undefined) this.#followers.set(id, (follower = new MetricLogFollower(dir)));
    await follower.read();
    const log = follower.snapshot();
    const details = { ...found.details, problems: [...found.details.problems, ...log.problems] };
    const summary = summariseRun(details, summariseShownSeries(log.series));
    const preparing = summary.state === 'preparing' ? readPreparing(runPathsIn(dir)) : undefined;
    return readingOf(preparing === undefined ? summary : { ...summary, preparing }, found.final);
  }
}

function readingOf(summary: RunSummary, final: boolean): SummaryReading {
  return { summary, settled: final && summary.problem === undefined };
}

function isAboutResult(problem: string): boolean {
  return problem.startsWith('result.json');
}
