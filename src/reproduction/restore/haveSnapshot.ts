/**
 * Makes sure that the code of a run is on this machine: where its objects are gone, or never were here, they come from
 * where somebody shared the run, else with the commit that the code was.
 */
import { fetchCommit } from '../../git/fetchCommit.ts';
import { findRepository } from '../../git/findRepository.ts';
import { hasTree } from '../../git/privateCheckout.ts';
import type { Code } from '../../runs/plan.ts';
import { snapshotGone } from './errors.ts';

export interface SnapshotQuestion {
  /** Of the run that is to be reproduced. */
  readonly runId: string;
  readonly code: Code;
  readonly store: string;
  /** The workspace that the store belongs to. Absolute. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Brings the objects of a shared run into the snapshot store. False where nobody has shared it. */
export type FetchSharedSnapshot = (question: SnapshotQuestion) => Promise<boolean>;

/**
 * Resolves with where it came from: `here`, `shared`, or the name of a remote. Rejects with `snapshot-gone`, or when
 * aborted.
 */
export async function haveSnapshot(
  question: SnapshotQuestion,
  fetchShared?: FetchSharedSnapshot,
): Promise<string> {
  const { root, code, environment, signal, runId } = question;
  const task = { environment, signal };
  const repository = await findRepository(root, environment);
  // What is no repository is told by whoever makes the checkout.
  if (repository === undefined || (await hasTree(repository, code.tree, task))) return 'here';
  const reasons: string[] = [];
  if (fetchShared !== undefined) {
    const shared = await fetchShared(question).catch((error: unknown) => {
      signal.throwIfAborted();
      reasons.push(error instanceof Error ? error.message : String(error));
      return false;
    });
    if (shared && (await hasTree(repository, code.tree, task))) return 'shared';
  }
  // A commit brings its own tree; what was changed beside it nobody but a share has.
  if (code.head !== undefined && code.headTree === code.tree) {
    const { remote, refusals } = await fetchCommit(repository, code.head, task);
    if (remote !== undefined && (await hasTree(repository, code.tree, task))) return remote;
    reasons.push(...refusals);
  }
  throw snapshotGone(runId, code, reasons);
}
