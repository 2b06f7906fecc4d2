/** Puts child runs, probes and trials beneath their runs. Pure; every run stays, and what is in no tree keeps its place in the list. */
import { runAbove } from '../../runs/runAbove.ts';
import type { RunSummary } from '../../runs/runSummary.ts';

export interface TreeRow {
  readonly run: RunSummary;
  /** How many of the runs above it in the list it is nested in: 0 for one that has no parent there. */
  readonly depth: number;
}

/**
 * A run, its child runs, and so on down.
 * @param inOrder Child runs stand in the order of the list, too; else the other way round: of a list with the newest
 * first they are then told as they came.
 */
export function arrangeTree(runs: readonly RunSummary[], inOrder = true): TreeRow[] {
  const listed = new Set(runs.map(run => run.id));
  const beneath = new Map<string, RunSummary[]>();
  const roots: RunSummary[] = [];
  for (const run of runs) {
    const above = runAbove(run);
    if (above === undefined || !listed.has(above)) roots.push(run);
    else beneath.set(above, [...(beneath.get(above) ?? []), run]);
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
      const children = beneath.get(row.run.id) ?? [];
      // What is pushed last comes first.
      for (const run of inOrder ? children.toReversed() : children) waiting.push({ run, depth });
    }
  };
  for (const run of roots) place(run);
  // Damaged records that are each other's parents have no root.
  for (const run of runs) if (!placed.has(run.id)) place(run);
  return rows;
}
