/** Why a reproduction cannot start, found by looking: the same failures that starting it would end in. */
import { join } from 'node:path';
import { LockstepError } from '../../base/lockstepError.ts';
import { readExperiments } from '../../execution/experiments/readExperiments.ts';
import { objectMissing } from '../../git/errors.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import {
  checkpointGone,
  codeUnknown,
  inputsMissing,
  resumeUnknown,
  secretMissing,
  snapshotGone,
  writesOutside,
} from '../errors.ts';
import { experimentRules } from '../experimentRules.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { outsideOutputs } from '../restore/outsideOutputs.ts';
import { checkpointFiles, pinnedCopies } from '../restore/placeCheckpoint.ts';
import { fileNow, type ReadingBudget } from './fileNow.ts';
import type { CodeLook } from './lookAtCode.ts';
import type { DataLook } from './lookAtData.ts';
import type { EnvironmentLook } from './lookAtEnvironment.ts';
import { secretVariables } from './lookAtParameters.ts';

export interface WayQuestion {
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly options: Partial<ReproductionOptions>;
  /** The workspace. Absolute. */
  readonly root: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly code: CodeLook | undefined;
  readonly data: DataLook;
  readonly environment: EnvironmentLook;
  readonly budget: ReadingBudget;
  readonly signal: AbortSignal;
}

/** Rejects only when aborted, or when a file of the workspace that should be readable is not. */
export async function standsInTheWay(question: WayQuestion): Promise<LockstepError[]> {
  const { original, plan, options, variables, data, environment } = question;
  const errors: LockstepError[] = [];
  const code = knownValue(plan.code);
  if (code !== undefined && question.code === undefined)
    errors.push(codeUnknown(plan.id, 'this folder is not in the repository that it was recorded in.'));
  if (question.code?.missing === 'snapshot' && code !== undefined)
    errors.push(snapshotGone(original.id, code, []));
  else if (question.code?.missing === 'content') errors.push(objectMissing('all of its content'));
  const missing = [...data.missing, ...(question.code?.missingFiles ?? [])];
  if (missing.length > 0) errors.push(inputsMissing(missing, plan.pins));
  if (environment.problem !== undefined) errors.push(environment.problem);
  for (const name of secretVariables(plan))
    if ((variables[name] ?? '') === '') errors.push(secretMissing(wordOf(plan, name), name));
  try {
    errors.push(...(await checkpointProblems(question)));
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    errors.push(error);
  }
  const fixed = outsideOutputs(original, plan.argv).fixed;
  if (fixed.length > 0 && options.allowOutsideWrites !== true) errors.push(writesOutside(fixed));
  return errors;
}

/** What is too large to be read now is told apart by size and time alone. Rejects with `checkpoint-unknown`. */
async function checkpointProblems(question: WayQuestion): Promise<LockstepError[]> {
  const { original, plan, options, root, variables, budget, signal } = question;
  if (options.checkpoint === undefined) return [];
  const errors: LockstepError[] = [];
  const files = checkpointFiles(original, options.checkpoint);
  const rules = experimentRules(await readExperiments(root), plan.experiment);
  if (rules.resume === undefined) errors.push(resumeUnknown(plan.experiment));
  for (const output of files) {
    const place = { original, workspace: root, environment: variables };
    const sources = [join(root, output.path), ...(await pinnedCopies(output, place))];
    const states = await Promise.all(sources.map(source => fileNow(source, output, budget, signal)));
    if (!states.some(({ state }) => state === 'same' || state === 'untold')) {
      errors.push(checkpointGone(output.path));
      break;
    }
  }
  return errors;
}

function wordOf(plan: Plan, variable: string): string {
  const word = plan.secretArguments
    .map(index => plan.argv[index] ?? '')
    .find(text => text.includes(`\${ENV:${variable}}`));
  return word ?? plan.argv[Number(/\d+$/.exec(variable)?.[0])] ?? variable;
}
