/** Commands of an engine's own client, for what tests prepare and look at. */
import { runCommand, type Command } from '../../../src/base/runCommand.ts';
import type { TestEngine } from './testEngine.ts';

/** The command as data, with an environment that reaches the engine. */
export function engineCommand(
  { program, environment }: Pick<TestEngine, 'program' | 'environment'>,
  args: readonly string[],
): Command {
  return { program, args, env: { ...process.env, ...environment }, timeoutMs: 180_000 };
}

/** Runs it; resolves with what it printed, without the last line end. Rejects with its words when it fails. */
export async function engineSays(
  engine: Pick<TestEngine, 'program' | 'environment'>,
  args: readonly string[],
): Promise<string> {
  const outcome = await runCommand(engineCommand(engine, args));
  if (outcome.exitCode !== 0)
    throw new Error(`${engine.program} ${args.join(' ')} failed: ${outcome.stderr.trim()}`);
  return outcome.stdout.toString('utf8').trimEnd();
}

/** Removes every container that carries this label (`lockstep.test=exec`), running or not. */
export async function removeByLabel(
  engine: Pick<TestEngine, 'program' | 'environment'>,
  label: string,
): Promise<void> {
  const ids = await engineSays(engine, ['ps', '--all', '--quiet', '--filter', `label=${label}`]);
  if (ids !== '') await engineSays(engine, ['rm', '--force', '--volumes', ...ids.split('\n')]);
}
