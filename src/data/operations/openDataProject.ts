/** Finds the data around a folder. */
import { realpath } from 'node:fs/promises';
import { findRepository } from '../../git/findRepository.ts';
import type { DataProject } from './dataProject.ts';

/** A folder with no data yet gives a project without repositories; outside git and DVC its root is the folder. */
export async function openDataProject(folder: string, environment: NodeJS.ProcessEnv): Promise<DataProject> {
  const git = await findRepository(folder, environment);
  return {
    root: git?.root ?? (await realpath(folder)),
    ...(git === undefined ? {} : { git }),
    repositories: [],
    environment,
  };
}
