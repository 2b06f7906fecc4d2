/**
 * Names several files of one kind within a run, so that equal names of metrics in two of them stay two series: event
 * files by their folders, tables by their folders and their own names.
 */
import { dirname } from 'node:path';
import type { SourceKind } from '../../tracking/detectSource.ts';
import { placeFolders } from '../../tracking/tensorboard/runFolders.ts';
import type { FolderPlace } from '../../tracking/tensorboard/runFolders.ts';

const tables: ReadonlySet<SourceKind> = new Set([
  'table',
  'lightning',
  'ultralytics',
  'named-csv',
  'named-jsonl',
]);

export class SourcePlaces {
  readonly #eventFolders: string[] = [];
  readonly #tables: string[] = [];

  /** Undefined for sources that name their metrics themselves. Files must come in the order of their writers' start. */
  placeOf(path: string, kind: SourceKind): FolderPlace | undefined {
    if (kind === 'tfevents') return placeIn(this.#eventFolders, dirname(path));
    if (tables.has(kind)) return placeIn(this.#tables, path.replace(/\.[^./\\]+$/, ''));
    return undefined;
  }
}

function placeIn(list: string[], folder: string): FolderPlace | undefined {
  if (!list.includes(folder)) list.push(folder);
  return placeFolders(list).get(folder);
}
