/**
 * Names the metrics of several sources in one run, so that two files that hold a metric of the same name stay two
 * series: the first one has the plain name, a later one gets its own name in front.
 */
import { dirname } from 'node:path';
import type { SourceKind } from '../../tracking/detectSource.ts';
import { isPhaseName } from '../../tracking/tensorboard/folderNames.ts';
import { metricKey, RunFolders } from '../../tracking/tensorboard/runFolders.ts';
import type { FolderPlace } from '../../tracking/tensorboard/runFolders.ts';

/** What one source may be called. */
export interface SourceName {
  /** Sources with the same one tell of the same series: the event files of one folder, the fragments of one run. */
  readonly owner: string;
  /** What may stand before its metrics, the best first; '' for nothing. */
  readonly prefixes: readonly string[];
  /** Of event files: their folder's place. */
  readonly place?: FolderPlace | undefined;
  /** It repeats what the program told otherwise: a metric of the same name is the same series. */
  readonly repeats?: boolean;
}

/** Says what a file is, not what it is about. */
const plainNames =
  /^(?:metrics|results?|logs?|history|progress|training|data|stats|output|scalars|train_?log)$/i;

export class SourceNames {
  // Folds and trials are trainings of their own here, see folderTrainings.
  readonly #eventFolders = new RunFolders(isPhaseName);

  /**
   * An event file was opened in this folder, maybe long before it holds anything. The order of that decides how folders
   * are called: the run's own folder is opened first, and often filled after those below it.
   */
  noteFolder(folder: string): void {
    this.#eventFolders.place(folder);
  }

  /**
   * Event files must come in the order of their writers' start.
   * @param name Of the file, relative to the project, forward slashes.
   * @param chosen The person has said in `lockstep.yaml` what its metrics are called.
   */
  nameOf(path: string, name: string, kind: SourceKind, chosen: boolean): SourceName {
    if (kind === 'tfevents') {
      const place = this.#eventFolders.place(dirname(path));
      // Folders that fold into another tell of the same series.
      return { owner: JSON.stringify(place.parts), prefixes: ['', 'tensorboard'], place };
    }
    if (chosen) return { owner: '', prefixes: [''] };
    // It repeats what the program told: what the run has from there is left out, see withoutKnownPoints.ts.
    const repeats = kind === 'trainer-state';
    if (kind === 'trackio' || kind === 'trackio-database')
      return { owner: 'trackio', prefixes: ['', 'trackio'] };
    // One that is taken up again has a file of its own.
    if (kind === 'wandb') return { owner: 'wandb', prefixes: ['', 'wandb'] };
    const dvclive = /^(?:(.*)\/)?([^/]+)\/plots\//.exec(name);
    if (dvclive !== null)
      return { owner: `${dvclive[1] ?? ''}/${dvclive[2] ?? ''}`, prefixes: ['', dvclive[2] ?? ''] };
    const parts = name.replace(/\.[^./]+$/, '').split('/');
    const short = parts.slice(plainNames.test(parts.at(-1) ?? '') ? -2 : -1).join('/');
    return { owner: path, prefixes: [...new Set(['', short, parts.join('/')])], repeats };
  }
}

/** The name of one metric of a source under one of its prefixes. */
export function sourceKey(name: SourceName, prefix: string, key: string): string {
  const placed = name.place === undefined ? key : metricKey(name.place, key);
  return prefix === '' ? placed : `${prefix}/${placed}`;
}
