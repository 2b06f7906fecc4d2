/**
 * Reads what a `.dvc` file, or a `dvc.yaml` with its `dvc.lock`, pins. Never throws: what is wrong with a file is a
 * problem with line and column.
 */
import type { DataProblem, PinnedOutput } from '../pinnedOutput.ts';
import { readCanonicalDvcFile } from './readCanonicalDvcFile.ts';
import { readDvcFile } from './readDvcFile.ts';
import { readPipeline } from './readPipeline.ts';

export interface PinFileContent {
  /** In the order of the file. */
  readonly outputs: readonly PinnedOutput[];
  readonly problems: readonly DataProblem[];
}

/**
 * `path` is that of the pin file relative to the data root, with forward slashes: `data/raw.csv.dvc` or `dvc.yaml`.
 * `lock` is the text of the `dvc.lock` beside a `dvc.yaml`, absent where there is none.
 */
export function readPinFile(text: string, path: string, lock?: string): PinFileContent {
  if (!path.endsWith('.dvc')) return readPipeline(text, path, lock);
  const canonical = readCanonicalDvcFile(text, path);
  return canonical === undefined ? readDvcFile(text, path) : { outputs: [canonical], problems: [] };
}
