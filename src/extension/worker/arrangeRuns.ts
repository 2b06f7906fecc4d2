/** Sorts runs into the groups of the Experiments view. Pure; a run has at least one group, several under `tag`. */
import type { RunSummary } from '../../runs/runSummary.ts';
import { commandName } from '../../runs/commandLabel.ts';
import type { Grouping } from './runsView.ts';

/** Group of runs that lack what is grouped by: no commit, no tag. */
export const noneKey = '';

/**
 * Group key → its runs, in the order to show both. `runs` are newest first and stay so.
 * Keys: `date`: live, today, yesterday, week, month, older. `state`: the states. Others: the text itself, or ''.
 * @param now Milliseconds since the epoch; days are the local ones.
 */
export function arrangeRuns(
  runs: readonly RunSummary[],
  grouping: Grouping,
  now: number,
): Map<string, RunSummary[]> {
  const keysOf = groupKeys(grouping, now);
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs)
    for (const key of keysOf(run)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [run]);
      else group.push(run);
    }
  const order = fixedOrder[grouping];
  const rank = (key: string): number => {
    if (key === noneKey) return Infinity;
    return order === undefined ? 0 : order.indexOf(key);
  };
  // Groups without a fixed order stand by their newest run, as Map keeps them; sorting is stable.
  return new Map([...groups].sort(([a], [b]) => compareRanks(rank(a), rank(b))));
}

/** Whether a process of the run may still be at work. */
export function isLive(run: RunSummary): boolean {
  return run.state === 'preparing' || run.state === 'running' || run.stillRunning;
}

const fixedOrder: Partial<Record<Grouping, readonly string[]>> = {
  date: ['live', 'today', 'yesterday', 'week', 'month', 'older'],
  state: ['preparing', 'running', 'lost', 'failed', 'cancelled', 'reached', 'finished'],
};

function groupKeys(grouping: Grouping, now: number): (run: RunSummary) => readonly string[] {
  switch (grouping) {
    case 'date': {
      const dayOf = dayKeys(now);
      return run => [isLive(run) ? 'live' : dayOf(Date.parse(run.createdAt))];
    }
    case 'experiment':
      return run => [run.experiment ?? commandName(run.argv)];
    case 'commit':
      return run => [run.head ?? noneKey];
    case 'state':
      // Nobody cancelled what was only to go so far.
      return run => [run.reached === undefined ? run.state : 'reached'];
    case 'tag':
      return run => (run.tags.length === 0 ? [noneKey] : run.tags);
  }
}

function dayKeys(now: number): (time: number) => string {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const daysBefore = (days: number): number => {
    const date = new Date(today);
    return date.setDate(date.getDate() - days);
  };
  const [yesterday, week, month] = [daysBefore(1), daysBefore(7), daysBefore(30)];
  return time => {
    if (time >= today) return 'today';
    if (time >= yesterday) return 'yesterday';
    if (time >= week) return 'week';
    return time >= month ? 'month' : 'older';
  };
}

function compareRanks(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
