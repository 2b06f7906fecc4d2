/** The tiers of a comparison with a lock that every run can afford: the files, and what the engine tells of the container. */
import { ownLabels } from '../../devcontainer/containers.ts';
import type { Devcontainer } from '../../devcontainer/readDevcontainer.ts';
import type { Engine } from '../../engine/engine.ts';
import { EngineClient } from '../../engine/engineClient.ts';
import type { DriftItem, LockedContainer } from '../../environmentLock.ts';
import type { LockFile } from '../readLock.ts';
import { compareContainer } from './compareContainer.ts';
import { compareFiles } from './compareFiles.ts';
import { runtimeFacts } from './containerFacts.ts';
import { lockNeedsContainer } from './errors.ts';
import { lockedFeatures, lockedFiles } from './lockedFiles.ts';
import { openContainer, type OpenedContainer } from './openContainer.ts';
import { isRememberedSame } from './rememberedImages.ts';

/** Rejects only when aborted. */
export async function filesTier(
  devcontainer: Devcontainer,
  locked: LockedContainer,
  signal?: AbortSignal,
): Promise<DriftItem[]> {
  const features = await lockedFeatures(devcontainer);
  const files = await lockedFiles(devcontainer, signal);
  return compareFiles({ locked, now: { files, ...(features === undefined ? {} : { features }) } });
}

export interface ContainerTierQuestion {
  readonly lock: LockFile;
  readonly engine: Engine;
  readonly cacheFolder: string;
  /** Where the caller knows which one: its id. */
  readonly container?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ContainerTier {
  readonly opened: OpenedContainer;
  readonly client: EngineClient;
  readonly items: readonly DriftItem[];
}

/** Rejects with `lock-needs-container` where there is none, and with the engine's failures. */
export async function containerTier(
  devcontainer: Devcontainer,
  locked: LockedContainer,
  { lock, engine, cacheFolder, container, signal }: ContainerTierQuestion,
): Promise<ContainerTier> {
  const client = await EngineClient.connect(engine);
  const opened = await openContainer({ client, devcontainer, cacheFolder, container, signal });
  if (opened === undefined) throw lockNeedsContainer(devcontainer.config);
  const { details, notes } = opened;
  const items = compareContainer({
    locked,
    now: { imageId: details.Image, runtime: runtimeFacts(details, engine.kind, notes.gpu) },
    madeForOther: details.Config.Labels[ownLabels.lock] !== lock.sha256,
    samePackages: await isRememberedSame(cacheFolder, lock.sha256, details.Image),
  });
  return { opened, client, items };
}
