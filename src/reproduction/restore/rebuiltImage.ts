/**
 * The image of a devcontainer once more, from the files in the checkout of the run's own code. What came out is compared
 * with the lock in that code, by whose digests it starts; whatever differs is named. Invariant: nothing of the devcontainer is executed on this machine
 * (`initializeCommand` and its kind); the engine alone builds, from files of the code alone.
 */
import { errorText } from '../../base/systemError.ts';
import { readDevcontainer } from '../../environments/devcontainer/readDevcontainer.ts';
import { lockPath } from '../../environments/lock/lockPaths.ts';
import { readLock } from '../../environments/lock/readLock.ts';
import type { EnvironmentLock, LockedContainer } from '../../environments/environmentLock.ts';
import { ContainerApi } from '../../execution/inside/containerApi.ts';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { Code } from '../../runs/plan.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { isImageOfLock } from './isImageOfLock.ts';
import { buildImage, requirePartOfCode } from './buildImage.ts';
import { haveLockedBases } from './lockedBases.ts';
import { pullTold } from './pullTold.ts';
import { imageNotRebuilt } from './errors.ts';

export interface RebuildImageRequest {
  /** Of the run's code. Absolute. */
  readonly checkout: string;
  /** A folder for files of the build, outside of the checkout. Absolute. */
  readonly scratch: string;
  readonly engine: string;
  readonly endpoint: string;
  /** The id of the image that the run had. */
  readonly recorded: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether what is built may use it. */
  readonly network: boolean;
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * The files that say how the container of a run was made, in its own code; none where that is not here. Never rejects
 * but when aborted.
 * @param root Any working tree that the snapshot can be read from: the workspace, or a checkout. Absolute.
 */
export async function recordedDevcontainers(
  root: string,
  { tree }: Code,
  signal: AbortSignal,
): Promise<string[]> {
  const repository = await findRepository(root, {}).catch(() => undefined);
  if (repository === undefined) return [];
  const args = ['ls-tree', '--name-only', '-r', tree, '--', '.devcontainer', '.devcontainer.json'];
  const found = await runGit({ repository, signal }, args, { tolerant: true });
  return found.stdout
    .toString('utf8')
    .split('\n')
    .filter(path => /(^|\/)\.?devcontainer\.json$/.test(path));
}

export interface RebuiltImage {
  readonly id: string;
  /** File by file what the run had, by the lock in its code. */
  readonly proven: boolean;
  /** One for each image that it starts from which is not known to be the locked one. */
  readonly notes: readonly string[];
}

/** Rejects with `image-not-rebuilt`, or when aborted. */
export async function rebuildImage(request: RebuildImageRequest): Promise<RebuiltImage> {
  const { checkout, endpoint, recorded, signal } = request;
  const locked = (await lockOf(checkout))?.container;
  const { id, notes } = await madeImage(request, locked?.base);
  const image = await new ContainerApi(endpoint).image(id, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  return { id, notes, proven: image !== undefined && isImageOfLock(image, recorded, locked?.image) };
}

/** @param locked Absent where no lock says what anything was, which is told by itself. */
async function madeImage(
  request: RebuildImageRequest,
  locked: LockedContainer['base'] | undefined,
): Promise<{ id: string; notes: readonly string[] }> {
  const { checkout, endpoint, onProgress, signal } = request;
  try {
    const devcontainer = await readDevcontainer(checkout);
    await requirePartOfCode([devcontainer.path], checkout);
    const { value } = devcontainer;
    if (devcontainer.kind === 'compose') throw new Error('it is made by Compose');
    if (Object.keys(value.features ?? {}).length > 0)
      throw new Error('it has features, which the devcontainer program alone can build');
    const api = new ContainerApi(endpoint);
    if (devcontainer.kind === 'image') {
      const { image: written = '' } = value;
      const images = [{ ref: written }];
      const { names, notes } =
        locked === undefined
          ? { names: {}, notes: [] }
          : await haveLockedBases({ images, locked, api, onProgress, signal });
      const ref = new Map(Object.entries(names)).get(written) ?? written;
      if ((await api.image(ref, { signal })) === undefined) {
        await pullTold(api, ref, { onProgress, signal });
      }
      const image = await api.image(ref, { signal });
      if (image === undefined) throw new Error(`${ref} is not to be had`);
      return { id: image.Id, notes };
    }
    return await buildImage(request, devcontainer, locked);
  } catch (error) {
    signal.throwIfAborted();
    throw imageNotRebuilt(errorText(error));
  }
}

async function lockOf(checkout: string): Promise<EnvironmentLock | undefined> {
  return readLock(lockPath(checkout, 'devcontainer')).then(
    found => found?.lock,
    () => undefined,
  );
}

/** One line each: how the container of a rebuilt image differs from the lock in the code of the run. */
export async function compareWithLock(checkout: string, record: ContainerRecord): Promise<string[]> {
  const lock = await lockOf(checkout);
  if (lock?.container === undefined) return ['no lock says what the image was'];
  const locked = lock.container.dpkg;
  if (locked === undefined) return [];
  const script = `dpkg-query -W -f='\${db:Status-Status} \${binary:Package}=\${Version}\\n'`;
  const answer = await new ContainerApi(record.endpoint)
    .run(record.id, { argv: ['/bin/sh', '-c', script], user: '0' })
    .catch(() => undefined);
  if (answer?.exitCode !== 0) return ['the packages of its system could not be listed'];
  const versions = (lines: readonly string[]): Map<string, string> =>
    new Map(
      lines.map(line => {
        const at = line.indexOf('=');
        return [line.slice(0, at).replace(/:\w+$/, ''), line.slice(at + 1)] as const;
      }),
    );
  const installed = answer.stdout
    .toString('utf8')
    .split('\n')
    .flatMap(line => (line.startsWith('installed ') ? [line.slice('installed '.length)] : []));
  const before = versions(locked);
  const after = versions(installed);
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap(name => {
    const was = before.get(name) ?? '(not installed)';
    const is = after.get(name) ?? '(not installed)';
    return was === is ? [] : [`${name} ${was} → ${is}`];
  });
}
