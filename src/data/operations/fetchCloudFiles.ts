/** Fetches outputs whose remote keeps versions by path (`version_aware`): by key and version instead of by hash. */
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import { fetchObjects, type FetchRequest } from '../remotes/fetchObjects.ts';
import type { TransferRequest } from './fetchData.ts';
import type { NamedItem } from './pinObjects.ts';
import { remoteOf, withStore } from './remoteOf.ts';
import { isMeant, type SelectedPin } from './selectPins.ts';
import type { TransferTotals } from './transferTotals.ts';

export async function fetchCloudFiles(
  repository: DataRepository,
  pins: readonly SelectedPin[],
  { remote, credentials, jobs }: TransferRequest,
  task: DataTask,
  totals: TransferTotals,
  how: Pick<FetchRequest, 'isDamaged'> = {},
): Promise<void> {
  const byRemote = new Map<string, NamedItem[]>();
  for (const { pin, path, only } of pins)
    for (const file of pin.cloudFiles ?? []) {
      if (!isMeant(only, file.relativePath)) continue;
      const inside = file.relativePath === '' ? '' : `/${file.relativePath}`;
      // Without a version or a hash nobody could tell whether the right bytes came.
      if (file.md5 === undefined || file.versionId === undefined) {
        totals.problems.push({ path: path + inside, what: 'its pin names no version that could be fetched' });
        continue;
      }
      const name = remote ?? file.remote;
      const items = byRemote.get(name) ?? [];
      byRemote.set(name, items);
      items.push({
        id: { algorithm: 'md5', value: file.md5 },
        path: path + inside,
        ...(file.size === undefined ? {} : { size: file.size }),
        at: { key: pin.path + inside, versionId: file.versionId },
      });
    }
  for (const [name, items] of byRemote)
    await withStore(remoteOf(repository, {}, name), { credentials, jobs }, async store => {
      totals.add(items, await fetchObjects(store, items, repository.settings, task, how));
    });
}
