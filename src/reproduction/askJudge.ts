/**
 * Has a reproduction judged whose supervisor was killed before it could: by a supervisor's program, which knows how and
 * does nothing else then. Whoever only reads need not carry all that judges.
 */
import { existsSync } from 'node:fs';
import { runCommand } from '../base/runCommand.ts';
import type { LaunchOptions } from '../execution/launchRun.ts';
import { supervisorEnvironment } from '../execution/supervisorEnvironment.ts';
import { runPaths } from '../runs/runPaths.ts';
import { preparationPath } from './restore/preparationRecord.ts';

/** The first argument of a supervisor's program that is to judge the run in the folder behind it, and to end. */
export const judgeArgument = '--judge';

/** Resolves when it has looked, whether there was something to judge or not. Never rejects. */
export async function askJudge(
  { node, supervisorScript }: Pick<LaunchOptions, 'node' | 'supervisorScript'>,
  store: string,
  id: string,
): Promise<void> {
  const paths = runPaths(store, id);
  // What was never prepared has nothing to be judged.
  if (!existsSync(preparationPath(paths))) return;
  await runCommand({
    program: node,
    args: [supervisorScript, judgeArgument, paths.dir],
    env: supervisorEnvironment(process.env, id, undefined),
  }).catch(() => undefined);
}
