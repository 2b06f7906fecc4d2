/** The pinned output at a path of a project, and the repository that it belongs to. */
import { relative, resolve, sep } from 'node:path';
import type { DataRepository } from '../../../data/dataRepository.ts';
import type { DataProject } from '../../../data/operations/dataProject.ts';
import type { PinnedOutput } from '../../../data/pinnedOutput.ts';
import { loadPins } from '../../../data/pins/loadPins.ts';

export interface FoundOutput {
  readonly repository: DataRepository;
  readonly output: PinnedOutput;
}

/** `path`: relative to the project's root, forward slashes. Undefined where DVC does not pin exactly this path. */
export async function findOutput(project: DataProject, path: string): Promise<FoundOutput | undefined> {
  const absolute = resolve(project.root, path);
  // An inner repository comes after the one around it, and is the one that is meant.
  const repository = project.repositories.findLast(({ root }) => absolute.startsWith(root + sep));
  if (repository === undefined) return undefined;
  const inside = relative(repository.root, absolute).replaceAll('\\', '/');
  const { outputs } = await loadPins(repository, { paths: [inside] });
  const output = outputs.find(candidate => candidate.path === inside);
  return output === undefined ? undefined : { repository, output };
}
