/** Fetches what was imported from other repositories: from there, at the commit that the pin names, as `dvc pull` does. */
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import type { DataProject } from './dataProject.ts';
import type { TransferRequest } from './fetchData.ts';
import type { PinGroup, SelectedPin } from './selectPins.ts';
import type { TransferTotals } from './transferTotals.ts';

export async function fetchImports(
  _project: DataProject,
  _group: PinGroup,
  pins: readonly SelectedPin[],
  _request: TransferRequest,
  _tools: DataTools,
  _task: DataTask,
  totals: TransferTotals,
): Promise<void> {
  for (const { path, pin } of pins)
    totals.problems.push({ path, what: `comes from ${pin.imported?.from ?? 'elsewhere'}` });
  return Promise.resolve();
}
