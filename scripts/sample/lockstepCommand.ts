/** The built command line, run as a person would run it. */
import { join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import { projectRoot } from '../projectRoot.ts';

export interface LockstepOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `lockstep …` in `cwd` from dist/ and resolves with whatever came of it. */
export async function lockstep(
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<LockstepOutcome> {
  const outcome = await runCommand({
    program: process.execPath,
    args: [join(projectRoot, 'dist', 'cli.cjs'), ...args],
    ...options,
  });
  return { exitCode: outcome.exitCode, stdout: outcome.stdout.toString('utf8'), stderr: outcome.stderr };
}
