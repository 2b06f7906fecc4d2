/** What remotes lack of pins; asked now, never remembered. A listing that is there proves nothing about its files. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { isFolderObject, objectKey } from '../objectId.ts';
import type { CredentialSource } from '../remotes/objectStore.ts';
import { findPresent } from '../remotes/remoteIndex.ts';
import type { Problem } from './dataResult.ts';
import { readKnownListing } from './lookAtPins.ts';
import { groupByRemote } from './pinObjects.ts';
import { withStore } from './remoteOf.ts';
import type { SelectedPin } from './selectPins.ts';

export interface RemoteLack {
  readonly files: number;
  readonly bytes?: number;
}

/** By path of the pin, relative to the data root. Pins that are never pushed are not asked about. */
export async function lackingInRemotes(
  repository: DataRepository,
  pins: readonly SelectedPin[],
  tools: DataTools,
  task: DataTask,
  request: { readonly remote?: string; readonly credentials?: CredentialSource },
): Promise<{ byPath: Map<string, RemoteLack>; problems: Problem[] }> {
  const byPath = new Map<string, RemoteLack>();
  const problems: Problem[] = [];
  const asked = pins.filter(({ pin }) => isPushed(pin));
  if (asked.length === 0) return { byPath, problems };
  for (const group of groupByRemote(repository, asked, request.remote)) {
    try {
      await withStore(group.remote, { credentials: request.credentials }, async store => {
        const wanted = await Promise.all(
          group.pins.map(async ({ pin }) => ({
            pin,
            files: (await readKnownListing(tools, pin.object)).listing?.files ?? [],
          })),
        );
        const items = wanted.flatMap(({ pin: { object }, files }) =>
          object === undefined
            ? []
            : [
                { id: object },
                ...files.map(file => ({ id: { algorithm: object.algorithm, value: file.md5 } })),
              ],
        );
        const present = await findPresent(store, items, task);
        for (const { pin, files } of wanted) {
          const { object, size } = pin;
          if (object === undefined) continue;
          const absent = files.filter(
            file => !present.has(objectKey({ algorithm: object.algorithm, value: file.md5 })),
          ).length;
          const listingAbsent = !present.has(objectKey(object));
          if (!listingAbsent && absent === 0) continue;
          const everything = !isFolderObject(object) || files.length === 0 || absent === files.length;
          byPath.set(pin.path, {
            files: isFolderObject(object) ? (files.length === 0 ? (pin.files ?? 0) : absent) : 1,
            ...(everything && size !== undefined ? { bytes: size } : {}),
          });
        }
      });
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      for (const { pin } of group.pins) problems.push({ path: pin.path, what: error.message });
    }
  }
  return { byPath, problems };
}

/** Whether a push gives the pin's content to a remote at all. */
export function isPushed({ object, cached, push, imported, cloudFiles }: SelectedPin['pin']): boolean {
  return (
    object !== undefined && cached && push && imported?.revision === undefined && cloudFiles === undefined
  );
}
