/** Reproductions in a project of the command line, started by the functions that the editor calls, too. */
import assert from 'node:assert/strict';
import { reproduceRun } from '../../src/reproduction/reproduceRun.ts';
import type { ReproduceRequest } from '../../src/reproduction/reproduceRun.ts';
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { join } from 'node:path';
import { verdictSchema } from '../../src/runs/verdict.ts';
import type { Verdict } from '../../src/runs/verdict.ts';
import type { CliOptions, CliProject } from './lockstepCli.ts';
import { fingerprintChanges, repositoryFingerprint } from './repositoryFingerprint.ts';
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

/** The verdict of `lockstep reproduce`, and that nothing of the person's was touched on the way to it. */
export async function reproduce(
  project: CliProject,
  words: readonly string[],
  options?: CliOptions,
): Promise<Verdict> {
  const before = await repositoryFingerprint(project.root);
  const { document } = await project.json(['reproduce', ...words, '--json'], options);
  const changes = fingerprintChanges(before, await repositoryFingerprint(project.root));
  assert.deepEqual(changes, [], words.join(' '));
  const verdict = verdictSchema.safeParse(document);
  assert.ok(verdict.success, JSON.stringify(document));
  return verdict.data;
}
