/** The interpreter that an environment command means: the one that is named, else the project's. */
import { resolve } from 'node:path';
import { projectInterpreter } from '../../../execution/python/projectInterpreter.ts';
import type { OpenEnvironment } from './openEnvironment.ts';

/** Absolute. Rejects with `interpreter-not-found`, or when aborted. */
export async function pythonOf(
  { root, environment, cacheFolder }: OpenEnvironment,
  named: string | undefined,
  cwd: string,
  signal: AbortSignal,
): Promise<string> {
  if (named !== undefined) return resolve(cwd, named);
  return projectInterpreter({ root, variables: environment, cacheDir: cacheFolder, signal });
}
