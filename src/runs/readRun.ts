/** Details and summary of one run, its state derived and, while it has no result, its metric logs read. */
import { existsSync } from 'node:fs';
import type { HostIdentity } from '../base/processIdentity.ts';
import { MetricLogFollower } from './metricLog.ts';
import { summariseShownSeries } from './metricSeries.ts';
import type { RunDetails } from './runDetails.ts';
import { runPathsIn } from './runPaths.ts';
import { deriveState } from './runState.ts';
import { summariseRun, type RunSummary } from './runSummary.ts';
import { readRunRecord } from './readRunRecord.ts';

/** Undefined when there is no such run folder. */
export async function readRunDetails(
  id: string,
  dir: string,
  here: HostIdentity,
  extent: 'summary' | 'all' = 'all',
): Promise<RunDetails | undefined> {
  for (;;) {
    const record = readRunRecord(dir, extent);
    if (record === undefined) return undefined;
    const { lastSignOfLife, problems, ...files } = record;
    const evidence = { resultState: record.result?.state, process: record.process, lastSignOfLife };
    const derived = await deriveState(evidence, here, Date.now());
    // The run may have ended between the look at its files and the look at its processes: then the result is there now.
    const unread = record.result === undefined && !record.problems.some(isAboutResult);
    if (derived.state === 'lost' && unread && existsSync(runPathsIn(dir).result)) continue;
    const unplanned = derived.state === 'lost' && record.plan === undefined && problems.length === 0;
    return {
      id,
      dir,
      ...derived,
      ...files,
      problems: unplanned ? ['plan.json is missing'] : problems,
    };
  }
}

/** Summaries of runs, one after another; remembers how far it has read the metric logs of those that go on. */
export class SummaryReader {
  readonly #here: HostIdentity;
  readonly #followers = new Map<string, MetricLogFollower>();
  readonly #reading = new Map<string, Promise<RunSummary | undefined>>();

  constructor(here: HostIdentity) {
    this.#here = here;
  }

  /** Undefined when there is no such run folder. Calls for the same run take turns. */
  async read(id: string, dir: string): Promise<RunSummary | undefined> {
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

  async #read(id: string, dir: string): Promise<RunSummary | undefined> {
    const details = await readRunDetails(id, dir, this.#here, 'summary');
    if (details?.result !== undefined || details === undefined) {
      this.#followers.delete(id);
      return details === undefined ? undefined : summariseRun(details);
    }
    let follower = this.#followers.get(id);
    if (follower === undefined) this.#followers.set(id, (follower = new MetricLogFollower(dir)));
    await follower.read();
    const log = follower.snapshot();
    return summariseRun(
      { ...details, problems: [...details.problems, ...log.problems] },
      summariseShownSeries(log.series),
    );
  }
}

function isAboutResult(problem: string): boolean {
  return problem.startsWith('result.json');
}
