/** Two git repositories with the same data: one that dvc works in, one that Lockstep works in. */
import { openDataProject } from '../../../src/data/operations/openDataProject.ts';
import type { DataProject } from '../../../src/data/operations/dataProject.ts';
import { writeOutputs, type GeneratedOutput } from '../../helpers/generatedData.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';

export interface Twins extends AsyncDisposable {
  readonly theirs: GitRepository;
  readonly ours: GitRepository;
  /** Ours as operations take it; opened anew each time. */
  project(): Promise<DataProject>;
}

export async function twinRepositories(outputs: readonly GeneratedOutput[]): Promise<Twins> {
  const theirs = await gitRepository();
  const ours = await gitRepository();
  for (const { root } of [theirs, ours]) writeOutputs(root, outputs);
  return {
    theirs,
    ours,
    project: () => openDataProject(ours.root, ours.environment),
    async [Symbol.asyncDispose]() {
      await theirs.remove();
      await ours.remove();
    },
  };
}
