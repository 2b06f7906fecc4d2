/**
 * Compares a devcontainer with its lock in tiers, cheap first: `files` needs no engine, `container` looks at what the
 * engine tells, `packages` asks inside, `registry` asks elsewhere. A tier that could not be looked at is told as a
 * problem and makes the verdict unknown, never clean.
 */
import { LockstepError } from '../../../base/lockstepError.ts';
import { errorText } from '../../../base/systemError.ts';
import { readDevcontainer } from '../../devcontainer/readDevcontainer.ts';
import { driftReport } from '../../drift/driftReport.ts';
import type { Engine, EngineProblem } from '../../engine/engine.ts';
import type { EngineClient } from '../../engine/engineClient.ts';
import type { DriftItem, DriftReport } from '../../environmentLock.ts';
import { detectGpus } from '../../gpu/detectGpus.ts';
import { readProjectHashes } from '../../python/projectHashes.ts';
import type { LockFile } from '../readLock.ts';
import { askInside } from './askInside.ts';
import { containerTier, filesTier } from './cheapTiers.ts';
import { imageItem } from './compareContainer.ts';
import { compareHost } from './compareHost.ts';
import { compareInside } from './compareInside.ts';
import { compareRegistry } from './compareRegistry.ts';
import { imageFacts } from './containerFacts.ts';
import { lockOfAnotherKind } from './errors.ts';
import { hostFacts } from './hostFacts.ts';
import type { OpenedContainer } from './openContainer.ts';
import { rememberSame } from './rememberedImages.ts';

/** Cheap first. */
export const tiers = ['files', 'container', 'packages', 'registry'] as const;
export type Tier = (typeof tiers)[number];

export interface VerifyContainerQuestion {
  readonly lock: LockFile;
  /** Of the project. Absolute. */
  readonly root: string;
  readonly cacheFolder: string;
  readonly variables: NodeJS.ProcessEnv;
  /** Looked at with all before it. Default `packages`. */
  readonly upTo?: Tier;
  /** Asked for only when a tier needs it. */
  readonly engine: () => Promise<{ readonly engine: Engine } | { readonly problem: EngineProblem }>;
  /** Where the caller knows which one: its id. */
  readonly container?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with what reading devcontainer.json rejects with, `lock-without-container`, or when aborted. */
export async function verifyContainer(question: VerifyContainerQuestion): Promise<DriftReport> {
  const { lock, root, signal, upTo = 'packages' } = question;
  const locked = lock.lock.container;
  if (locked === undefined) throw lockOfAnotherKind(lock.path);
  const devcontainer = await readDevcontainer(root, locked.config);
  const wanted = tiers.slice(0, tiers.indexOf(upTo) + 1);
  const looked: Tier[] = ['files'];
  const items = await filesTier(devcontainer, locked, signal);
  const problems: string[] = [];
  const look = async <T>(tier: Tier, work: () => Promise<T>): Promise<T | undefined> => {
    if (!wanted.includes(tier)) return undefined;
    try {
      const outcome = await work();
      looked.push(tier);
      return outcome;
    } catch (error) {
      signal?.throwIfAborted();
      problems.push(problemText(error));
      return undefined;
    }
  };

  const found = await look('container', async () => {
    const answer = await question.engine();
    if ('problem' in answer) throw new LockstepError(answer.problem);
    const { engine } = answer;
    const { variables } = question;
    const tier = await containerTier(devcontainer, locked, { ...question, engine });
    const host = engine.remote ? undefined : await detectGpus({ variables, signal });
    items.push(...tier.items, ...compareHost(lock.lock.host, hostFacts(engine, host)));
    return tier;
  });
  if (found !== undefined) {
    const { opened, client } = found;
    await look('packages', () => packagesTier(question, opened, client, items));
  }
  await look('registry', async () => {
    const { variables } = question;
    const compared = await compareRegistry(locked, {
      variables,
      ...(signal === undefined ? {} : { signal }),
    });
    items.push(...compared.items);
    problems.push(...compared.problems);
  });
  return driftReport({ lock: lock.sha256, items, tiers: looked, problems });
}

async function packagesTier(
  { lock: { lock, sha256 }, root, cacheFolder, signal }: VerifyContainerQuestion,
  { details, state }: OpenedContainer,
  client: EngineClient,
  items: DriftItem[],
): Promise<void> {
  if (state.state !== 'running')
    throw new Error(
      `the container is ${state.state}, so its packages could not be listed: lockstep env up starts it`,
    );
  const image = await client.findImage(details.Image, signal);
  const rebuilt = lock.container?.image.id !== details.Image;
  const inside = await askInside({
    ...{ client, container: state, signal },
    environment: image === undefined ? {} : imageFacts(image).environment,
  });
  const found = compareInside({
    ...{ locked: lock, now: inside, rebuilt },
    named: new Set((await readProjectHashes(root)).keys()),
  });
  items.push(...found);
  if (!rebuilt || found.some(one => one.weight === 'must-match')) return;
  await rememberSame(cacheFolder, sha256, details.Image);
  const at = items.findIndex(one => one.part === 'image');
  const item = items[at];
  if (item !== undefined)
    items[at] = imageItem(item.locked ?? '', item.now ?? '', true, item.cause.includes('not from this lock'));
}

function problemText(error: unknown): string {
  const mend = error instanceof LockstepError && error.mend !== undefined ? ` ${error.mend}` : '';
  return errorText(error) + mend;
}
