/** What a run found in folders that it looked through and did not read: the words in which restoring and judging tell of it. */
import { dirname } from 'node:path';
import type { Captured, FileUse, PresentFile } from '../../runs/captured.ts';
import type { RunDetails } from '../../runs/runDetails.ts';

/** The files among them as inputs, which are known by their size and, on the machine of the record, by their time. */
export function presentFiles({ captured, shared }: Pick<RunDetails, 'captured' | 'shared'>): FileUse[] {
  return (captured?.present ?? [])
    .filter(({ folder }) => folder !== true)
    .map(({ path, size, modifiedAt }) => ({
      ...{ path, how: 'seen' },
      ...(size === undefined ? {} : { size }),
      ...(modifiedAt === undefined || shared !== undefined ? {} : { modifiedAt }),
    }));
}

export function presentFolders(captured: Captured | undefined): string[] {
  return (captured?.present ?? []).filter(({ folder }) => folder === true).map(({ path }) => path);
}

/** One sentence without a full stop for each folder: a cap, and a doubt about whatever differs. */
export function otherFiles(paths: readonly string[]): string[] {
  const folders = new Set(paths.map(path => dirname(path)));
  return [...folders].sort().map(folder => `${folder}${otherFilesWords}`);
}

export function isOtherFiles(cap: string): boolean {
  return cap.endsWith(otherFilesWords);
}

const otherFilesWords = ' does not hold the files that the original found there';

/** Of the second of two runs, folders with other files than the first one found. Sorted. */
export function differingFolders(
  before: Pick<Captured, 'present' | 'inputs'>,
  now: Pick<Captured, 'present' | 'inputs'>,
): string[] {
  const found = (side: Pick<Captured, 'present' | 'inputs'>): Map<string, PresentFile> =>
    new Map([...side.inputs, ...(side.present ?? [])].map(one => [one.path, one]));
  const [first, second] = [found(before), found(now)];
  const lookedThrough = new Set((now.present ?? []).map(({ path }) => dirname(path)));
  const isOther = (one: PresentFile, others: ReadonlyMap<string, PresentFile>): boolean => {
    const other = others.get(one.path);
    if (one.folder === true) return other === undefined;
    return other === undefined || (one.size !== undefined && other.size !== one.size);
  };
  const differing = [
    ...(before.present ?? []).filter(
      one => lookedThrough.has(dirname(one.path)) && one.folder !== true && isOther(one, second),
    ),
    ...(now.present ?? []).filter(one => one.folder !== true && isOther(one, first)),
  ];
  return [...new Set(differing.map(({ path }) => dirname(path)))].sort();
}
