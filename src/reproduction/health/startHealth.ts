/** What would keep a reproduction from starting: what a forecast calls gone, and its blockers, as problems. */
import { LockstepError } from '../../base/lockstepError.ts';
import { knownValue } from '../../runs/known.ts';
import type { HealthProblem } from '../../runs/runHealth.ts';
import { isGone } from '../forecast/forecastSentence.ts';
import { lookAtGaps, type CodeLook } from '../forecast/lookAtCode.ts';
import type { DataLook } from '../forecast/lookAtData.ts';
import { isAgreedTo } from '../forecast/lookAtEnvironment.ts';
import { lookUpInTree } from '../forecast/snapshotTree.ts';
import { standsInTheWay } from '../forecast/standsInTheWay.ts';
import { requireReproducible } from '../reproduceRun.ts';
import { chooseEnvironmentRoute } from '../restore/environmentRoute.ts';
import { itemProblem, type DataHealthQuestion } from './dataHealth.ts';
import type { Findings } from './findings.ts';

/** Rejects only when aborted, or when git cannot be asked. */
export async function startHealth(question: DataHealthQuestion, data: DataLook): Promise<Findings> {
  const { original, plan, store, root, variables, budget } = question;
  const signal = question.remote.signal ?? new AbortController().signal;
  const code = await codeLook(question);
  const unchecked: string[] = [];
  const problems: HealthProblem[] = (code?.items ?? []).filter(isGone).flatMap(itemProblem);
  // Who brought it and what it may do is asked by whoever starts it.
  if (isAgreedTo(original))
    try {
      requireReproducible(original, 'host');
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      if (error.code === 'run-is-live') unchecked.push('it has not ended');
      else if (error.code !== 'not-confirmed') problems.push(problemOf(error));
    }
  const problem = await environmentProblem(question, signal);
  const errors = await standsInTheWay({
    ...{ original, plan, store, options: {}, root, variables, code, data, budget, signal },
    environment: { items: [], text: '', differences: [], ...(problem === undefined ? {} : { problem }) },
  });
  for (const error of errors)
    if (error.code === 'secret-missing') unchecked.push(error.message.replace(/\.$/, ''));
    else if (!toldAlready.has(error.code)) problems.push(problemOf(error));
  return { problems, unchecked };
}

/** File by file, or with the snapshot. */
const toldAlready: ReadonlySet<string> = new Set([
  ...[
    'input-missing',
    'input-overwritten',
    'snapshot-gone',
    'object-missing',
    'code-missing',
    'code-unknown',
  ],
]);

function problemOf({ code, message, mend }: LockstepError): HealthProblem {
  return {
    ...{ code, ingredient: ingredients[code] ?? 'environment' },
    // It starts when it is allowed to.
    severity: code === 'writes-outside' || code === 'input-withheld' ? 'at-risk' : 'gone',
    ...{ message, ...(mend === undefined ? {} : { mend }) },
  };
}

const ingredients: Readonly<Record<string, HealthProblem['ingredient']>> = {
  'writes-outside': 'data',
  'input-withheld': 'data',
  'terminal-run': 'parameters',
};

/** Of the gaps alone: whether the snapshot itself is here is told with the code. */
async function codeLook(question: DataHealthQuestion): Promise<CodeLook | undefined> {
  const { original, plan, repository, root, variables, remote, budget } = question;
  const code = knownValue(plan.code);
  if (code === undefined || repository === undefined) return undefined;
  const none = {
    items: [],
    tree: undefined,
    bytes: 0,
    missing: undefined,
    missingFiles: [],
    missingParts: [],
    caps: [],
  };
  if (code.gaps.length === 0) return none;
  const tree = await lookUpInTree(
    repository,
    code.tree,
    code.gaps.map(({ path }) => path),
    { environment: variables, signal: remote.signal },
  ).catch(() => undefined);
  remote.signal?.throwIfAborted();
  const gaps = await lookAtGaps(
    {
      ...{ code, captured: original.captured, repository, workspace: root, environment: variables },
      ...{ remote, budget },
    },
    tree,
  );
  return {
    ...none,
    items: gaps.items,
    missingFiles: gaps.missing,
    missingParts: gaps.missingParts,
    caps: gaps.caps,
  };
}

/** Images are looked at by themselves. */
async function environmentProblem(
  { original, plan, store, root, variables }: DataHealthQuestion,
  signal: AbortSignal,
): Promise<LockstepError | undefined> {
  if (plan.environment.container !== undefined || !isAgreedTo(original)) return undefined;
  try {
    await chooseEnvironmentRoute({
      ...{ original, store, codeRoot: root, asked: 'recorded', environment: variables, signal },
    });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LockstepError) return error;
    throw error;
  }
}
