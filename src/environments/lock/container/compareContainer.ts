/** What of a container and its image is not as locked. */
import type { DriftItem, LockedContainer } from '../../environmentLock.ts';

type Runtime = LockedContainer['runtime'];

export interface ComparedContainer {
  readonly locked: Pick<LockedContainer, 'image' | 'runtime'>;
  readonly now: { readonly imageId: string; readonly runtime: Runtime };
  /** Whether the container was made for another lock, or for none. */
  readonly madeForOther: boolean;
  /** The image is another one, but is known to have the same packages. */
  readonly samePackages: boolean;
}

export function compareContainer({
  locked,
  now,
  madeForOther,
  samePackages,
}: ComparedContainer): DriftItem[] {
  const items = compareRuntime(locked.runtime, now.runtime);
  if (locked.image.id !== now.imageId)
    items.unshift(imageItem(locked.image.id, now.imageId, samePackages, madeForOther));
  return items;
}

/** The item for an image of another id: one that was built anew and has the same packages is no drift. */
export function imageItem(
  locked: string,
  now: string,
  samePackages: boolean,
  madeForOther: boolean,
): DriftItem {
  const cause = madeForOther ? 'rebuilt, not from this lock' : 'rebuilt';
  return {
    ...{ part: 'image', name: 'image', locked, now },
    weight: samePackages ? 'informational' : 'must-match',
    cause: samePackages ? `${cause}, with the same packages` : cause,
  };
}

/** What an engine sets where nobody asks for anything differs from engine to engine; a GPU is passed as its host needs. */
function compareRuntime(locked: Runtime, now: Runtime): DriftItem[] {
  const sameEngine = locked.engine === undefined || now.engine === undefined || locked.engine === now.engine;
  const cause = 'set otherwise when the container was made';
  const items: DriftItem[] = [];
  const compare = (
    name: string,
    before: string | undefined,
    after: string | undefined,
    weight: DriftItem['weight'],
    why = cause,
  ): void => {
    if (before !== after)
      items.push({ part: 'runtime', name, locked: before, now: after, weight, cause: why });
  };
  const perEngine = sameEngine ? 'must-match' : 'informational';
  const [gpuBefore, gpuAfter] = [locked.gpu !== 'none', now.gpu !== 'none'];
  if (gpuBefore === gpuAfter) compare('GPU', locked.gpu, now.gpu, 'informational', 'passed in another way');
  else compare('GPU', locked.gpu, now.gpu, 'must-match', gpuAfter ? 'passed now' : 'not passed now');
  if (sameEngine || large(locked.shmSize) || large(now.shmSize))
    compare('shm-size', bytes(locked.shmSize), bytes(now.shmSize), 'must-match');
  compare('ipc', locked.ipc, now.ipc, perEngine);
  compare('network', locked.network, now.network, perEngine);
  compare('cap-add', list(locked.capAdd), list(now.capAdd), perEngine);
  compare('ulimit', list(locked.ulimits), list(now.ulimits), perEngine);
  return items;
}

/** More than the about 64 MB that every engine gives unasked. */
function large(size: number | undefined): boolean {
  return size !== undefined && size > 64 * 1024 * 1024;
}

function list(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.toSorted().join(' ');
}

/** As `--shm-size` counts: `8 GB`, `64 MB`. */
function bytes(size: number | undefined): string | undefined {
  if (size === undefined) return undefined;
  for (const [unit, one] of [
    ['GB', 1024 ** 3],
    ['MB', 1024 ** 2],
    ['kB', 1024],
  ] as const)
    if (size >= one && size % one === 0) return `${size / one} ${unit}`;
  return `${size} B`;
}
