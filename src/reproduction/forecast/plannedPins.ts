/**
 * Pinned data of a run whose code is not here yet, by what the plan lists of its pins. Invariant: nothing is called gone,
 * because the code may name a remote, in its configuration, that nobody knows before it is here.
 */
import { openDataProject } from '../../data/operations/openDataProject.ts';
import { prefixOf, repositoryOf } from '../../data/operations/selectPins.ts';
import type { PinnedPath } from '../../runs/plan.ts';
import { lookAtPinned, type PinnedLook, type RemoteQuestion } from './lookAtPinned.ts';

export interface PlannedPinsQuestion {
  readonly pins: readonly PinnedPath[];
  /** What the run read, relative to the root. */
  readonly inputs: readonly string[];
  readonly workspace: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly remote: RemoteQuestion;
}

/** Rejects when aborted, or when the configuration of the data cannot be read. */
export async function lookAtPlannedPins({
  pins,
  inputs,
  workspace,
  environment,
  remote,
}: PlannedPinsQuestion): Promise<PinnedLook[]> {
  const wanted = pins.filter(({ path }) =>
    inputs.some(input => isSameOrBelow(input, path) || isSameOrBelow(path, input)),
  );
  if (wanted.length === 0) return [];
  const project = await openDataProject(workspace, {
    ...environment,
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
  });
  const looks: PinnedLook[] = [];
  for (const { path, object, pinFile = `${path}.dvc`, size } of wanted) {
    const repository = repositoryOf(project, path);
    const [, value] = /^md5:([0-9a-f]{32}(?:\.dir)?)$/.exec(object) ?? [];
    const [look] =
      repository === undefined || value === undefined
        ? []
        : await lookAtPinned(
            repository,
            [
              {
                path,
                pin: {
                  ...{ path: path.slice(prefixOf(project, repository).length), pinFile },
                  ...{
                    object: { algorithm: 'md5', value },
                    executable: false,
                    cached: true,
                    push: true,
                    persist: false,
                  },
                  ...(size === undefined ? {} : { size }),
                },
              },
            ],
            remote,
          );
    looks.push(
      look !== undefined && (look.availability === 'here' || look.availability === 'fetchable')
        ? look
        : {
            ...{ path, availability: 'unknown', waitsForCode: true },
            ...(size === undefined ? {} : { bytes: size }),
            reason: `it is pinned by ${pinFile}, and where it can be had is known when the code of the run is here`,
          },
    );
  }
  return looks;
}

function isSameOrBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}/`);
}
