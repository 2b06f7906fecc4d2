/** Fetches what was imported from other repositories: from there, at the commit that the pin names, as `dvc pull` does. */
import { LockstepError } from '../../base/lockstepError.ts';
import { objectText } from '../cache/objectCache.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import { sameObject } from '../objectId.ts';
import type { DataProject } from './dataProject.ts';
import type { TransferRequest } from './fetchData.ts';
import { importedObject } from './importedObject.ts';
import { openImportSource } from './importSource.ts';
import type { PinGroup, SelectedPin } from './selectPins.ts';
import type { TransferTotals } from './transferTotals.ts';

/** A source that cannot be reached costs its own pins. */
export async function fetchImports(
  { environment }: DataProject,
  { repository }: PinGroup,
  pins: readonly SelectedPin[],
  request: TransferRequest,
  tools: DataTools,
  task: DataTask,
  totals: TransferTotals,
): Promise<void> {
  for (const { path, pin } of pins) {
    const { imported, object } = pin;
    if (imported?.path === undefined || object === undefined) continue;
    try {
      // An address that is a folder is relative to the repository, as dvc reads it.
      await using source = await openImportSource(
        { url: imported.from, revision: imported.revision, cwd: repository.root, environment },
        task,
      );
      const into = { repository, tools, shownAs: path };
      const found = await importedObject(source, imported.path, into, request, task, totals);
      if (!sameObject(found?.object, object))
        totals.trouble({
          ...{ path, object: objectText(object), trouble: 'not-in-remote' },
          detail: `${imported.from} has other content there`,
        });
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      totals.trouble({ path, object: objectText(object), trouble: 'failed', detail: error.message });
    }
  }
}
