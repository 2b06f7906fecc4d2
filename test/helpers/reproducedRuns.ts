/** Reproductions in a project of the command line, started by the functions that the editor calls, too. */
import { reproduceRun } from '../../src/reproduction/reproduceRun.ts';
import type { ReproduceRequest } from '../../src/reproduction/reproduceRun.ts';
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
import type { RunDetails } from '../../src/runs/runDetails.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { join } from 'node:path';
import type { CliProject } from './lockstepCli.ts';
import { supervisorScript } from './testRuns.ts';

export function storeOf({ root }: CliProject): RunStore {
  return new RunStore(join(root, '.git', 'lockstep'));
}

/** Resolves when its supervisor has been started. `reference` as the command line takes it. */
export async function startReproduction(
  project: CliProject,
  reference: string,
  options: ReproduceRequest['options'] = {},
  variables: NodeJS.ProcessEnv = {},
): Promise<LaunchedRun> {
  const runs = storeOf(project);
  return reproduceRun(
    {
      original: await runs.read(await runs.resolve(reference)),
      ...{ store: runs.store, root: project.root, toolVersion: '0.0.0-test', options },
      variables: { ...project.environment, ...variables },
    },
    {
      ...{ node: process.execPath, supervisorScript },
      cacheFolder: join(project.repository.home, '.cache', 'lockstep'),
    },
  );
}

/** The record of a reproduction after its end. */
export async function reproduced(...asked: Parameters<typeof startReproduction>): Promise<RunDetails> {
  const run = await startReproduction(...asked);
  await run.ended();
  return storeOf(asked[0]).read(run.id);
}
