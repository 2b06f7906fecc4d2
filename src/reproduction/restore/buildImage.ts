/**
 * Has the engine build the image of a devcontainer from the code in a checkout, starting from the images that its lock
 * names. Invariant: nothing is read by the build but that code, and nothing is left of one that was cancelled.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { runCommand } from '../../base/runCommand.ts';
import { BuildOutput } from '../../environments/devcontainer/buildOutput.ts';
import { buildPlaces, type Devcontainer } from '../../environments/devcontainer/readDevcontainer.ts';
import type { LockedContainer } from '../../environments/environmentLock.ts';
import { dockerfileImages, pinDockerfile } from '../../environments/lock/dockerfileImages.ts';
import { ContainerApi } from '../../execution/inside/containerApi.ts';
import { haveLockedBases } from './lockedBases.ts';
import type { RebuildImageRequest } from './rebuiltImage.ts';
import { isInside } from './relocatePaths.ts';

/** Resolves with the id of the image. Rejects with the builder's words, or when aborted. */
export async function buildImage(
  request: RebuildImageRequest,
  devcontainer: Devcontainer,
  locked: LockedContainer['base'] | undefined,
): Promise<{ id: string; notes: readonly string[] }> {
  const { checkout, engine, endpoint, environment, network, onProgress, signal } = request;
  const places = buildPlaces(devcontainer);
  if (places === undefined) throw new Error('it names no Dockerfile');
  await requirePartOfCode([places.dockerfile, places.context], checkout);
  const { args = {}, target } = devcontainer.value.build ?? {};
  const podman = engine === 'podman';
  await using pinned = await pinnedBuild(request, places.dockerfile, args, locked);
  onProgress?.(`Building the image from ${devcontainer.config}`);
  const output = new BuildOutput();
  const characters = new StringDecoder();
  let rest = '';
  const outcome = await runCommand({
    program: podman ? 'podman' : 'docker',
    args: [
      ...(podman ? ['--url', endpoint] : []),
      // Else what a cancelled build was in the middle of would be left behind.
      ...['build', '--force-rm', '--iidfile', pinned.imageId, '--file', pinned.dockerfile],
      ...Object.entries(args).flatMap(([name, text]) => ['--build-arg', `${name}=${text}`]),
      ...(target === undefined ? [] : ['--target', target]),
      ...(network ? [] : ['--network', 'none']),
      places.context,
    ],
    cwd: checkout,
    env: { ...environment, ...(podman ? {} : { DOCKER_HOST: endpoint }) },
    signal,
    timeoutMs: 2 * 60 * 60_000,
    onOutput(chunk) {
      const lines = (rest + characters.write(chunk)).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const step = output.take(line);
        if (step?.state === 'running')
          onProgress?.(`Building the image, step ${step.number}: ${step.text.slice(0, 200)}`);
      }
    },
  });
  if (outcome.exitCode !== 0) {
    const { step, reason } = output.failure ?? {};
    const said = reason ?? outcome.stderr.trim().split('\n').at(-1) ?? 'the build failed';
    throw new Error(step === undefined ? said : `${step.text}: ${said}`);
  }
  const id = (await readFile(pinned.imageId, 'utf8')).trim();
  return { id: id.startsWith('sha256:') ? id : `sha256:${id}`, notes: pinned.notes };
}

interface PinnedBuild extends AsyncDisposable {
  readonly dockerfile: string;
  /** Where the builder writes the id of what it built. */
  readonly imageId: string;
  readonly notes: readonly string[];
}

/** A copy of the Dockerfile that names its images by the digests of the lock, away from the code. */
async function pinnedBuild(
  { checkout, scratch, endpoint, onProgress, signal }: RebuildImageRequest,
  dockerfile: string,
  args: Readonly<Record<string, string>>,
  locked: LockedContainer['base'] | undefined,
): Promise<PinnedBuild> {
  const folder = await mkdtemp(join(scratch, '.build-'));
  const common = {
    imageId: join(folder, 'image'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
  if (locked === undefined) return { ...common, dockerfile, notes: [] };
  const text = await readFile(dockerfile, 'utf8');
  const { images, unresolved } = dockerfileImages(text, args);
  const api = new ContainerApi(endpoint);
  const { names, notes } = await haveLockedBases({ images, locked, api, onProgress, signal });
  const copy = join(folder, 'Dockerfile');
  await writeFile(copy, pinDockerfile(text, names, args));
  // Which one of the two a builder reads is said by the name of the Dockerfile.
  const ignore = `${dockerfile}.dockerignore`;
  if (existsSync(ignore)) {
    await requirePartOfCode([ignore], checkout);
    await copyFile(ignore, `${copy}.dockerignore`);
  }
  return {
    ...common,
    dockerfile: copy,
    notes: [
      ...notes,
      ...unresolved.map(
        ({ text: name, line }) =>
          `its base ${name} (line ${line} of the Dockerfile) is known to its build alone`,
      ),
    ],
  };
}

/** The record may be somebody else's: nothing but its own code is read by the build, whatever its links say. */
export async function requirePartOfCode(places: readonly string[], checkout: string): Promise<void> {
  const root = await realpath(checkout);
  for (const place of places)
    if (!isInside(await realpath(place), root)) throw new Error(`${place} is not part of the code`);
}
