/** Reproductions in a project of the command line, started by the functions that the editor calls, too. */
import { reproduceRun } from '../../src/reproduction/reproduceRun.ts';
import type { ReproduceRequest } from '../../src/reproduction/reproduceRun.ts';
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
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
  argv?: readonly string[],
): Promise<LaunchedRun & { readonly original: string }> {
  const runs = storeOf(project);
  const original = await runs.resolve(reference);
  const launched = await reproduceRun(
    {
      original: await runs.read(original),
      ...(argv === undefined ? {} : { argv }),
      ...{ store: runs.store, root: project.root, toolVersion: '0.0.0-test', options },
      variables: { ...project.environment, ...variables },
    },
    {
      ...{ node: process.execPath, supervisorScript },
      cacheFolder: join(project.repository.home, '.cache', 'lockstep'),
    },
  );
  return { ...launched, original };
}
