/** What every environment command starts from: the project, and where generated files of it may lie. */
import { lockstepCacheFolder } from '../../../base/lockstepCacheFolder.ts';
import { locateProject } from '../../../git/locateProject.ts';
import type { Project } from '../../../git/locateProject.ts';
import type { CliContext } from '../../cliContext.ts';

export interface OpenEnvironment {
  readonly project: Project;
  /** Absolute; the project's root. */
  readonly root: string;
  /** Of the product: generated files go into a folder `environments` of it, never into the repository. */
  readonly cacheFolder: string;
  readonly environment: NodeJS.ProcessEnv;
}

export async function openEnvironment(context: CliContext): Promise<OpenEnvironment> {
  const project = await locateProject(context.cwd, context.env);
  return {
    project,
    root: project.root,
    cacheFolder: lockstepCacheFolder(context.env),
    environment: context.env,
  };
}
