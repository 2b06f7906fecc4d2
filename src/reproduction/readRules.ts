/**
 * The rules that a reproduction goes by: those of the `lockstep.yaml` of the workspace, and where that cannot be read
 * today, those of the run's own code. A mistake in tomorrow's experiment does not stop the reproduction of yesterday's.
 */
import { LockstepError } from '../base/lockstepError.ts';
import { experimentFileName, experimentFileSchema } from '../execution/experiments/experimentFile.ts';
import type { ExperimentFile } from '../execution/experiments/experimentFile.ts';
import { parseExperiments, readExperiments } from '../execution/experiments/readExperiments.ts';
import { findRepository } from '../git/findRepository.ts';
import { runGit } from '../git/runGit.ts';
import { knownValue } from '../runs/known.ts';
import type { Plan } from '../runs/plan.ts';

export interface RulesQuestion {
  /** The workspace. Absolute. */
  readonly root: string;
  readonly plan: Pick<Plan, 'code'> | undefined;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

export interface ReadRules {
  readonly file: ExperimentFile;
  /** Where they are not those of the workspace: one sentence that says so. */
  readonly note?: string;
}

/** Rejects only when aborted. */
export async function readRules(question: RulesQuestion): Promise<ReadRules> {
  try {
    return { file: await readExperiments(question.root) };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    const problem = error.message.split('\n')[1]?.trim() ?? error.message;
    const own = await ownFile(question);
    const instead = own === undefined ? 'no rules of its own apply' : "the rules of the run's own code apply";
    return {
      file: own ?? experimentFileSchema.parse({}),
      note: `The ${experimentFileName} of the workspace cannot be used (${problem}): ${instead}.`,
    };
  }
}

/** Undefined where it had none, or none that can be read. */
async function ownFile({
  root,
  plan,
  variables,
  signal,
}: RulesQuestion): Promise<ExperimentFile | undefined> {
  const code = knownValue(plan?.code);
  const environment = { ...variables };
  const repository = await findRepository(root, environment).catch(() => undefined);
  if (code === undefined || repository === undefined) return undefined;
  const held = await runGit(
    { repository, environment, signal },
    ['cat-file', 'blob', `${code.tree}:${experimentFileName}`],
    { tolerant: true },
  );
  if (held.exitCode !== 0) return undefined;
  try {
    return parseExperiments(held.stdout.toString('utf8'), experimentFileName);
  } catch (error) {
    if (error instanceof LockstepError) return undefined;
    throw error;
  }
}
