/** What a run read from standard input, for whoever runs it again. */
import { open } from 'node:fs/promises';
import type { ReadStream } from 'node:fs';
import type { Plan } from '../runs/plan.ts';
import { runPathsIn } from '../runs/runPaths.ts';
import { stdinGone } from './errors.ts';

/**
 * The recorded standard input; nothing where the run had none, or had a terminal. Throws `stdin-gone`.
 * @param dir The folder of the run.
 */
export async function storedStdin(plan: Plan, dir: string): Promise<{ readonly stdin?: ReadStream }> {
  if (plan.stdin !== 'stored') return {};
  try {
    return { stdin: (await open(runPathsIn(dir).stdin)).createReadStream() };
  } catch (error) {
    throw stdinGone(plan.id, error);
  }
}
