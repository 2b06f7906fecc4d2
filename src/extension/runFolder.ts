/** Where the files of a run lie. */
import { runPaths, type RunPaths } from '../runs/runPaths.ts';
import type { RunRow } from './worker/runsView.ts';

export function runPathsOf(row: Pick<RunRow, 'store'> & { readonly run: { readonly id: string } }): RunPaths {
  return runPaths(row.store, row.run.id);
}
