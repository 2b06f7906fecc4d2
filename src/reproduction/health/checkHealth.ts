/**
 * What is about to make runs impossible to reproduce, and what would mend it. Invariants: it looks and changes nothing;
 * only remotes on this machine are asked unless the network is allowed; what was not asked is told, never guessed.
 */
import { findRepository } from '../../git/findRepository.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { HealthProblem, RunHealth } from '../../runs/runHealth.ts';
import { codeUnknown } from '../errors.ts';
import type { ReadingBudget } from '../forecast/fileNow.ts';
import { isAgreedTo } from '../forecast/lookAtEnvironment.ts';
import type { RemoteQuestion } from '../forecast/lookAtPinned.ts';
import { codeHealth, lookAtCommits } from './codeHealth.ts';
import { dataHealth, SharedLooks } from './dataHealth.ts';
import type { Findings } from './findings.ts';
import { imageHealth } from './imageHealth.ts';
import { startHealth } from './startHealth.ts';

export interface HealthContext {
  readonly store: string;
  /** The workspace that the store belongs to. Absolute. */
  readonly root: string;
  readonly variables: NodeJS.ProcessEnv;
  /** Remotes over the network are asked, too. Default false. */
  readonly network?: boolean;
  /** How long each remote may take to answer. Default 5 s. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

export interface HealthRequest extends HealthContext {
  readonly original: RunDetails;
}

export const healthVersion = 1;

/** Rejects only when aborted, or when git cannot be asked at all. */
export async function checkHealth({ original, ...context }: HealthRequest): Promise<RunHealth> {
  const [health] = await checkHealthOfRuns({ ...context, originals: [original] });
  if (health === undefined) throw new Error(`run ${original.id} was not looked at`);
  return health;
}

/** The same for several runs, in their order, with one question to git and to each remote for all of them. */
export async function checkHealthOfRuns({
  originals,
  ...context
}: HealthContext & { readonly originals: readonly RunDetails[] }): Promise<RunHealth[]> {
  const { store, root, variables, signal } = context;
  const repository = await findRepository(root, variables);
  const remote: RemoteQuestion = {
    ...{ network: context.network === true, patienceMs: context.patienceMs ?? 5000, signal },
  };
  const commits =
    repository === undefined ? undefined : await lookAtCommits(repository, originals, { variables, remote });
  const budget: ReadingBudget = { left: readingBudget };
  const shared = new SharedLooks();
  const look = async (original: RunDetails): Promise<RunHealth> => {
    signal?.throwIfAborted();
    const { plan, id } = original;
    const common = { schemaVersion: healthVersion, runId: id, at: new Date().toISOString() };
    if (plan?.code.known === 'unknown' && isOwnRun(plan))
      return { ...common, problems: [notRecorded(id, plan.code.reason)], unchecked: [] };
    const why = whyNotLookedAt(original);
    if (plan === undefined || why !== undefined)
      return { ...common, problems: [], unchecked: [why ?? 'its plan cannot be read'] };
    const question = {
      ...{ original, plan, store, repository, root, variables, remote, budget, shared },
    };
    const data = await dataHealth(question);
    const found: Findings[] = [
      commits === undefined
        ? { problems: [], unchecked: ['this folder is not in git'] }
        : codeHealth(original, plan, commits),
      data,
      await startHealth(question, data.look),
      // The record names the engine to ask, so somebody here must have agreed to it.
      ...(isAgreedTo(original) ? [await imageHealth(question)] : []),
    ];
    const problems = found.flatMap(one => one.problems);
    // Where the code cannot be read nobody knows its pins.
    const pinsUnknown = problems.some(({ code }) => code === 'snapshot-missing');
    return {
      ...common,
      problems: problems.filter(({ code }) => !pinsUnknown || code !== 'data-unpinned'),
      unchecked: [...new Set(found.flatMap(one => one.unchecked))],
    };
  };
  const healths: RunHealth[] = [];
  for (let at = 0; at < originals.length; at += atOnce)
    healths.push(...(await Promise.all(originals.slice(at, at + atOnce).map(look))));
  return healths;
}

/** Each look may wait for git, a disk or an engine. */
const atOnce = 4;

/** So much is read of all runs together, of files whose time says that they may have changed. */
const readingBudget = 16 * 1024 * 1024;

function whyNotLookedAt({ plan, problems }: RunDetails): string | undefined {
  if (plan === undefined) return problems[0] ?? 'its plan cannot be read';
  if (plan.origin !== undefined) return 'it was imported, and cannot be reproduced in any case';
  if (plan.parent !== undefined)
    return 'it is a child run, and is reproduced with the run that it belongs to';
  return undefined;
}

function isOwnRun({ origin, parent }: Plan): boolean {
  return origin === undefined && parent === undefined;
}

/** Nothing can be said of the rest, and nothing mends this run. */
function notRecorded(id: string, reason: string): HealthProblem {
  const { code, message, mend } = codeUnknown(id, reason);
  return { code, ingredient: 'code', severity: 'gone', message, ...(mend === undefined ? {} : { mend }) };
}
