/** What a program kept and is too large to be shared unasked, with the sizes: a look at names, no content is read. */
import { runPaths, type StorePath } from '../../runs/runPaths.ts';
import { childrenOf } from './collectRecord.ts';
import { isShareable, keptFilesIn } from './keptFiles.ts';
import { keptFileBytes } from './keptSizes.ts';

export interface LargeFile {
  /** Relative to the run folder. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Of the run and its child runs, the largest first. What no record has room for by its name is not among them. */
export async function largeKept(store: StorePath, id: string): Promise<LargeFile[]> {
  const paths = runPaths(store, id);
  const found: LargeFile[] = [];
  for (const child of [undefined, ...(await childrenOf(paths))]) {
    const { files } = await keptFilesIn(child === undefined ? paths : runPaths(store, child));
    for (const { path, kind, size } of files)
      if (kind === 'file' && size > keptFileBytes && isShareable(path, child)) found.push({ path, size });
  }
  return found.sort((a, b) => b.size - a.size);
}
