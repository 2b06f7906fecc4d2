/** The look at the environment that every run takes before it starts: cheap tiers alone, within a small budget. */
import { errorText } from '../../../base/systemError.ts';
import { readDevcontainer } from '../../devcontainer/readDevcontainer.ts';
import { driftReport, unlocked } from '../../drift/driftReport.ts';
import type { Engine } from '../../engine/engine.ts';
import type { DriftReport } from '../../environmentLock.ts';
import { lockPath } from '../lockPaths.ts';
import { readLock } from '../readLock.ts';
import { containerTier, filesTier } from './cheapTiers.ts';
import { lockOfAnotherKind } from './errors.ts';

export interface StartQuestion {
  readonly engine: Engine;
  /** Id of the container that the run is to execute in. */
  readonly container: string;
  /** Of the product. */
  readonly cacheFolder: string;
  /** Default 1.5 seconds. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares files and container with the devcontainer's lock. What cannot be told in time, or at all, is `unknown` with
 * the reason; rejects only with the reason of `signal`.
 * @param root Of the project. Absolute.
 */
export async function verifyAtStart(root: string, question: StartQuestion): Promise<DriftReport> {
  const { engine, container, cacheFolder, budgetMs = 1500, signal } = question;
  const budget = AbortSignal.timeout(budgetMs);
  const both = signal === undefined ? budget : AbortSignal.any([signal, budget]);
  let sha256: string | undefined;
  try {
    const lock = await readLock(lockPath(root, 'devcontainer'));
    if (lock === undefined) return unlocked;
    ({ sha256 } = lock);
    const locked = lock.lock.container;
    if (locked === undefined) throw lockOfAnotherKind(lock.path);
    const devcontainer = await readDevcontainer(root, locked.config);
    const question = { lock, engine, cacheFolder, container, signal: both };
    const [files, { items }] = await Promise.all([
      filesTier(devcontainer, locked, both),
      containerTier(devcontainer, locked, question),
    ]);
    return driftReport({ lock: sha256, items: [...files, ...items], tiers: ['files', 'container'] });
  } catch (error) {
    signal?.throwIfAborted();
    return {
      verdict: 'unknown',
      ...(sha256 === undefined ? {} : { lock: sha256 }),
      ...{ items: [], tiers: [] },
      problems: [budget.aborted ? `not told within ${budgetMs / 1000} s` : errorText(error)],
    };
  }
}
