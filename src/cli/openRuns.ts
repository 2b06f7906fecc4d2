/** The project that the command line stands in, and its runs. */
import { locateProject } from '../git/locateProject.ts';
import type { Project } from '../git/locateProject.ts';
import { RunStore } from '../runs/runStore.ts';
import type { CliContext } from './cliContext.ts';

export interface OpenRuns {
  readonly project: Project;
  readonly runs: RunStore;
}

export async function openRuns(context: CliContext): Promise<OpenRuns> {
  const project = await locateProject(context.cwd, context.env);
  return { project, runs: new RunStore(project.store) };
}
