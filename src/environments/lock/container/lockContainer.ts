/**
 * Writes down exactly which devcontainer a project has: its files, its images by digest, what runs in it. Invariant:
 * everything is taken from what is there (the engine's word, the container's own lists), nothing from what files ask for.
 */
import type { EnvironmentRequest } from '../../devcontainer/environmentRequest.ts';
import { findEnvironment } from '../../devcontainer/environmentStateOf.ts';
import { configMissing } from '../../devcontainer/errors.ts';
import type { Devcontainer } from '../../devcontainer/readDevcontainer.ts';
import { EngineClient } from '../../engine/engineClient.ts';
import { lockVersion, type EnvironmentLock, type LockedContainer } from '../../environmentLock.ts';
import { detectGpus } from '../../gpu/detectGpus.ts';
import { readProjectHashes } from '../../python/projectHashes.ts';
import { lockPath } from '../lockPaths.ts';
import { writeLock, type WrittenLock } from '../writeLock.ts';
import { askInside } from './askInside.ts';
import { baseImages } from './baseImages.ts';
import { imageFacts, runtimeFacts } from './containerFacts.ts';
import { lockedImageMissing, lockNeedsContainer, lockNeedsRunning } from './errors.ts';
import { hostFacts } from './hostFacts.ts';
import { lockedFeatures, lockedFiles } from './lockedFiles.ts';
import { openContainer, type OpenedContainer } from './openContainer.ts';
import { rememberSame } from './rememberedImages.ts';
import { resolveBase } from './resolveBase.ts';

export interface ContainerLockRequest extends Omit<EnvironmentRequest, 'gpus' | 'lock' | 'onProgress'> {
  readonly toolVersion: string;
  /** Ask no registry. */
  readonly offline?: boolean;
}

export interface LockedContainerProject extends WrittenLock {
  /** What makes the lock weaker than it could be, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Rejects with `lock-needs-container`, `lock-needs-running`, what reading devcontainer.json rejects with, the engine's
 * failures, `lock-not-writable`, or when aborted.
 */
export async function lockContainer(request: ContainerLockRequest): Promise<LockedContainerProject> {
  const { root, engine, cacheFolder, variables, signal } = request;
  const { devcontainer } = await findEnvironment(request);
  if (devcontainer === undefined) throw configMissing(root);
  const client = await EngineClient.connect(engine);
  const opened = await openContainer({ client, devcontainer, cacheFolder, signal });
  if (opened === undefined) throw lockNeedsContainer(devcontainer.config);
  const { state } = opened;
  if (state.state !== 'running') throw lockNeedsRunning(state.name, state.state);

  const notes: string[] = [];
  const container = await containerPart(devcontainer, opened, client, request, notes);
  const inside = await askInside({
    ...{ client, container: state, signal },
    environment: container.image.environment,
    hashes: await readProjectHashes(root),
  });
  if (inside.dpkg === undefined)
    notes.push('The image has no dpkg: packages of its system are not in the lock.');
  if (inside.python === undefined)
    notes.push('No Python answers in the container: the lock lists no packages of it.');
  const host = engine.remote ? undefined : await detectGpus({ variables, signal });
  const lock: EnvironmentLock = {
    ...{ lockVersion, kind: 'devcontainer', createdAt: new Date().toISOString() },
    toolVersion: request.toolVersion,
    container: { ...container, ...(inside.dpkg === undefined ? {} : { dpkg: [...inside.dpkg] }) },
    ...(inside.python === undefined ? {} : { python: inside.python }),
    probe: { ...inside.probe },
    host: hostFacts(engine, host),
  };
  const written = await writeLock(lockPath(root, 'devcontainer'), lock);
  await rememberSame(cacheFolder, written.sha256, state.imageId);
  return { ...written, notes };
}

async function containerPart(
  devcontainer: Devcontainer,
  { details, notes: known }: OpenedContainer,
  client: EngineClient,
  { engine, variables, offline, signal }: ContainerLockRequest,
  notes: string[],
): Promise<LockedContainer> {
  const image = await client.findImage(details.Image, signal);
  if (image === undefined) throw lockedImageMissing(details.Image);
  const names = await baseImages(devcontainer);
  notes.push(...names.notes);
  const base: LockedContainer['base'] = [];
  for (const name of names.images) {
    const resolved = await resolveBase(name, { client, kind: engine.kind, variables, offline, signal });
    base.push(resolved.base);
    if (resolved.note !== undefined) notes.push(resolved.note);
  }
  const features = await lockedFeatures(devcontainer);
  return {
    config: devcontainer.config,
    files: await lockedFiles(devcontainer, signal),
    base,
    ...(features === undefined ? {} : { features }),
    image: imageFacts(image),
    runtime: runtimeFacts(details, engine.kind, known.gpu),
  };
}
