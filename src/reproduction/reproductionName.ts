/**
 * What a reproduction is called: after its original, so that people find it, and not like it, so that the original's
 * name goes on meaning the original, also where the script names its own run. Two have never the same name, unless
 * they are parts of a probe or trials.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../base/systemError.ts';
import type { Plan } from '../runs/plan.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import { runPathsIn } from '../runs/runPaths.ts';

/**
 * `baseline-repro`, the next one `baseline-repro-2`, `baseline-probe` for part of a probe; undefined for a run without a
 * name. The number is taken for good: one that was cancelled has it, too.
 */
export async function reproductionName(
  { annotations, plan, reported, verdicts, dir }: RunDetails,
  purpose?: Plan['purpose'],
): Promise<string | undefined> {
  const name = annotations.name === undefined ? (plan?.name ?? reported?.name) : annotations.name;
  if (name === undefined || name === null || name === '') return undefined;
  if (purpose !== undefined) return `${name}-${purpose}`;
  const number = await takeNumber(runPathsIn(dir).reproductions, verdicts.length + 1);
  return `${name}-repro${number === 1 ? '' : `-${number}`}`;
}

/** The first from `least` on that nobody has; `least` where nothing can be written, for a name is worth no failure. */
async function takeNumber(folder: string, least: number): Promise<number> {
  try {
    await mkdir(folder, { recursive: true });
    for (let number = least; ; number++) {
      try {
        await writeFile(join(folder, String(number)), '', { flag: 'wx' });
        return number;
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      }
    }
  } catch {
    return least;
  }
}
