/** Why a reproduction cannot start, found by looking: the same failures that starting it would end in. */
import { join } from 'node:path';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import { isMarkedHere } from '../../execution/capture/markPlan.ts';
import { objectMissing } from '../../git/errors.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { codeUnknown, resumeUnknown } from '../errors.ts';
import {
  checkpointGone,
  codeMissing,
  inputsMissing,
  inputsOverwritten,
  inputsWithheld,
  snapshotGone,
  writesOutside,
} from '../restore/errors.ts';
import { experimentRules } from '../experimentRules.ts';
import { readRules } from '../readRules.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { commandWithSecrets } from '../restore/commandWithSecrets.ts';
import { outsideOutputs } from '../restore/outsideOutputs.ts';
import { checkpointFiles, pinnedCopies } from '../restore/placeCheckpoint.ts';
import { isInside } from '../restore/relocatePaths.ts';
import { programPorts, requirePorts, type ProgramPort } from '../restore/programPorts.ts';
import { requireGpu } from '../restore/requireGpu.ts';
import { fileNow, type ReadingBudget } from './fileNow.ts';
import type { CodeLook } from './lookAtCode.ts';
import type { DataLook } from './lookAtData.ts';
import { visibleVariables, type EnvironmentLook } from './lookAtEnvironment.ts';

export interface WayQuestion {
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly store: string;
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
  const without = new Set(options.without);
  const missing = [...data.missing, ...(question.code?.missingFiles ?? [])].filter(
    path => !without.has(path),
  );
  if (missing.length > 0) errors.push(inputsMissing(missing, plan.pins, data.writers, data.pinnedSince));
  const parts = (question.code?.missingParts ?? []).filter(({ path }) => !without.has(path));
  if (parts.length > 0) errors.push(codeMissing(original.id, parts));
  const overwritten = data.lost.filter(one => one.opened === 'replace' && !without.has(one.path));
  if (overwritten.length > 0) errors.push(inputsOverwritten(overwritten));
  const withheld = await inputsKept(question);
  if (withheld.length > 0) errors.push(inputsWithheld(original.id, withheld));
  if (environment.problem !== undefined) errors.push(environment.problem);
  const looks: (() => unknown)[] = [
    () => commandWithSecrets(plan, variables),
    async () => errors.push(...(await checkpointProblems(question))),
    () => requireGpu(options, plan, { variables, signal: question.signal }),
    () => requirePorts(portsOf(question), join(lockstepCacheFolder(variables), 'ports')),
  ];
  for (const look of looks)
    try {
      await look();
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      errors.push(error);
    }
  const { volatile } = experimentRules((await readRules(question)).file, plan.experiment);
  const { fixed } = await outsideOutputs(original, plan.argv, {
    ...{ volatile, budget: question.budget, signal: question.signal },
  });
  if (fixed.length > 0 && options.allowOutsideWrites !== true) errors.push(writesOutside(fixed));
  return errors;
}

/** In a container with a network of its own all ports are free. */
function portsOf({ plan, variables, environment }: WayQuestion): ProgramPort[] {
  const inside = environment.route?.kind.startsWith('image-') ?? plan.environment.container !== undefined;
  if (inside && plan.environment.container?.network !== 'host') return [];
  return programPorts({ argv: plan.argv, variables: { ...variables, ...visibleVariables(plan) } });
}

/** As offerInputs.ts: what the record does not prove is not for a container of somebody else's program. */
async function inputsKept({
  original,
  plan,
  store,
  options,
  data,
  environment,
}: WayQuestion): Promise<{ path: string; why: 'changed' | 'unverified' }[]> {
  const inContainer =
    plan.environment.container !== undefined && (environment.route?.kind.startsWith('image-') ?? false);
  if (!inContainer || (await isMarkedHere(store, plan))) return [];
  const unsure = new Set(
    (original.captured?.inputs ?? []).filter(one => one.how === 'ambiguous').map(one => one.path),
  );
  const outputs = new Set((original.result?.outputs ?? []).map(one => one.path));
  return [
    ...data.changed.map(({ path }) => ({ path, why: 'changed' as const })),
    ...data.unverified.map(path => ({ path, why: 'unverified' as const })),
  ].filter(
    ({ path }) =>
      !unsure.has(path) && !outputs.has(path) && !(options.give ?? []).some(one => isInside(path, one)),
  );
}

/** What is too large to be read now is told apart by size and time alone. Rejects with `checkpoint-unknown`. */
async function checkpointProblems(question: WayQuestion): Promise<LockstepError[]> {
  const { original, plan, options, root, variables, budget, signal } = question;
  if (options.checkpoint === undefined) return [];
  const errors: LockstepError[] = [];
  const files = checkpointFiles(original, options.checkpoint);
  const rules = experimentRules((await readRules(question)).file, plan.experiment);
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
