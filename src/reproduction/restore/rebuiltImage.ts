/**
 * The image of a devcontainer once more, from the files in the checkout of the run's own code. What came out is compared
 * with the lock in that code; whatever differs is named. Invariant: nothing of the devcontainer is executed on this machine
 * (`initializeCommand` and its kind); the engine alone builds, from files of the code alone.
 */
import { realpath } from 'node:fs/promises';
import { errorText } from '../../base/systemError.ts';
import { runCommand } from '../../base/runCommand.ts';
import { buildPlaces, readDevcontainer } from '../../environments/devcontainer/readDevcontainer.ts';
import { lockPath } from '../../environments/lock/lockPaths.ts';
import { readLock } from '../../environments/lock/readLock.ts';
import type { EnvironmentLock } from '../../environments/environmentLock.ts';
import { ContainerApi } from '../../execution/inside/containerApi.ts';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { Code } from '../../runs/plan.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { isImageOfLock } from './isImageOfLock.ts';
import { isInside } from './relocatePaths.ts';
import { imageNotRebuilt } from '../errors.ts';

export interface RebuildImageRequest {
  /** Of the run's code. Absolute. */
  readonly checkout: string;
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
}

/** Rejects with `image-not-rebuilt`, or when aborted. */
export async function rebuildImage(request: RebuildImageRequest): Promise<RebuiltImage> {
  const { checkout, endpoint, recorded, signal } = request;
  const id = await madeImage(request);
  const image = await new ContainerApi(endpoint).image(id, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  const locked = (await lockOf(checkout))?.container?.image;
  return { id, proven: image !== undefined && isImageOfLock(image, recorded, locked) };
}

async function madeImage(request: RebuildImageRequest): Promise<string> {
  const { checkout, endpoint, signal } = request;
  try {
    const devcontainer = await readDevcontainer(checkout);
    await requirePartOfCode([devcontainer.path], checkout);
    const { value } = devcontainer;
    if (devcontainer.kind === 'compose') throw new Error('it is made by Compose');
    if (Object.keys(value.features ?? {}).length > 0)
      throw new Error('it has features, which the devcontainer program alone can build');
    const api = new ContainerApi(endpoint);
    if (devcontainer.kind === 'image') {
      const ref = (await lockedBase(checkout, value.image ?? '')) ?? value.image ?? '';
      if ((await api.image(ref, { signal })) === undefined) {
        request.onProgress?.(`Fetching the image ${ref}`);
        await api.pull(ref, { signal });
      }
      const image = await api.image(ref, { signal });
      if (image === undefined) throw new Error(`${ref} is not to be had`);
      return image.Id;
    }
    return await build(request, devcontainer);
  } catch (error) {
    signal.throwIfAborted();
    throw imageNotRebuilt(errorText(error));
  }
}

/** What the lock says a tag was. */
async function lockedBase(checkout: string, ref: string): Promise<string | undefined> {
  const base = (await lockOf(checkout))?.container?.base.find(one => one.ref === ref);
  return base?.digest === undefined
    ? undefined
    : `${ref.replace(/(?::[\w][\w.-]*)?(?:@.*)?$/, '')}@${base.digest}`;
}

async function lockOf(checkout: string): Promise<EnvironmentLock | undefined> {
  return readLock(lockPath(checkout, 'devcontainer')).then(
    found => found?.lock,
    () => undefined,
  );
}

async function build(
  { checkout, engine, endpoint, environment, network, onProgress, signal }: RebuildImageRequest,
  devcontainer: Awaited<ReturnType<typeof readDevcontainer>>,
): Promise<string> {
  const places = buildPlaces(devcontainer);
  if (places === undefined) throw new Error('it names no Dockerfile');
  await requirePartOfCode([places.dockerfile, places.context], checkout);
  const { args = {}, target } = devcontainer.value.build ?? {};
  const podman = engine === 'podman';
  onProgress?.(`Building the image from ${devcontainer.config}`);
  const outcome = await runCommand({
    program: podman ? 'podman' : 'docker',
    args: [
      ...(podman ? ['--url', endpoint] : []),
      ...['build', '--quiet', '--file', places.dockerfile],
      ...Object.entries(args).flatMap(([name, text]) => ['--build-arg', `${name}=${text}`]),
      ...(target === undefined ? [] : ['--target', target]),
      ...(network ? [] : ['--network', 'none']),
      places.context,
    ],
    cwd: checkout,
    env: { ...environment, ...(podman ? {} : { DOCKER_HOST: endpoint }) },
    signal,
    timeoutMs: 2 * 60 * 60_000,
  });
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr.trim().split('\n').at(-1) ?? 'the build failed');
  const id = outcome.stdout.toString('utf8').trim().split('\n').at(-1) ?? '';
  return id.startsWith('sha256:') ? id : `sha256:${id}`;
}

/** The record may be somebody else's: nothing but its own code is read by the build, whatever its links say. */
async function requirePartOfCode(places: readonly string[], checkout: string): Promise<void> {
  const root = await realpath(checkout);
  for (const place of places)
    if (!isInside(await realpath(place), root)) throw new Error(`${place} is not part of the code`);
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
