/** What a run read from standard input, for whoever runs it again. */
import { open } from 'node:fs/promises';
import type { Plan } from '../runs/plan.ts';
import { runPathsIn } from '../runs/runPaths.ts';
import { stdinGone } from './errors.ts';

/**
 * Gives the recorded standard input to `launch`; nothing where the run had none, or had a terminal. It is closed when
 * `launch` has settled, however: whoever asks for many runs in one process keeps no file open. So `launch` reads it to its
 * end, and everything else that can be refused is asked for before. Throws `stdin-gone`, or what `launch` throws.
 * @param dir The folder of the run.
 */
export async function withStoredStdin<T>(
  plan: Plan,
  dir: string,
  launch: (input: { readonly stdin?: NodeJS.ReadableStream }) => Promise<T>,
): Promise<T> {
  if (plan.stdin !== 'stored') return launch({});
  const file = await open(runPathsIn(dir).stdin).catch((error: unknown) => {
    throw stdinGone(plan.id, error);
  });
  const stdin = file.createReadStream();
  try {
    return await launch({ stdin });
  } finally {
    stdin.destroy();
  }
}
