/** Notes that a person here has seen what a shared run does and agreed. Only ever called after they did. */
import { readFile } from 'node:fs/promises';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { announceChange } from '../../runs/changes.ts';
import { runPaths, type StorePath } from '../../runs/runPaths.ts';
import {
  confirmedPlaces,
  isConfirmedFor,
  sharedRecordSchema,
  type ConfirmedPlace,
} from '../../runs/sharedRecord.ts';

/** Rejects where the run came from nobody, or its record cannot be written. */
export async function confirmRun(store: StorePath, id: string, place: ConfirmedPlace): Promise<void> {
  const path = runPaths(store, id).shared;
  const shared = sharedRecordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const confirmedFor = confirmedPlaces.filter(one => one === place || isConfirmedFor(shared, one));
  await writeJsonAtomic(path, { ...shared, confirmedAt: new Date().toISOString(), confirmedFor });
  announceChange(store, [id]);
}
