/** Puts child runs beneath their runs. Pure; every run stays, and what is in no tree keeps its place in the list. */
import type { RunSummary } from '../../runs/runSummary.ts';

export interface TreeRow {
  readonly run: RunSummary;
  /** How many of the runs above it in the list it is nested in: 0 for one that has no parent there. */
  readonly depth: number;
}

/** A run, its child runs in the order of the list, and so on down. */
export function arrangeTree(runs: readonly RunSummary[]): TreeRow[] {
  const listed = new Set(runs.map(run => run.id));
  const beneath = new Map<string, RunSummary[]>();
  const roots: RunSummary[] = [];
  for (const run of runs) {
    if (run.parent === undefined || !listed.has(run.parent)) roots.push(run);
    else beneath.set(run.parent, [...(beneath.get(run.parent) ?? []), run]);
  }
  const rows: TreeRow[] = [];
  const placed = new Set<string>();
  const place = (top: RunSummary): void => {
    const waiting: TreeRow[] = [{ run: top, depth: 0 }];
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      if (placed.has(row.run.id)) continue;
      placed.add(row.run.id);
      rows.push(row);
      const depth = row.depth + 1;
      for (const run of (beneath.get(row.run.id) ?? []).toReversed()) waiting.push({ run, depth });
    }
  };
  for (const run of roots) place(run);
  // Damaged records that are each other's parents have no root.
  for (const run of runs) if (!placed.has(run.id)) place(run);
  return rows;
}
