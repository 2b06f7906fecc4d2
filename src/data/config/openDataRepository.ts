/** Finds the data repository around a folder and reads its configuration. Starts no process in the usual case. */
import type { DataRepository } from '../dataRepository.ts';

/**
 * The nearest folder at or above `folder` that holds `.dvc`, or undefined where there is none. Rejects with
 * `data-config-invalid` (file and line) where a configuration cannot be read.
 */
export async function openDataRepository(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<DataRepository | undefined> {
  return Promise.reject(new Error(`not yet ${folder} ${environment['PATH'] ?? ''}`));
}
