/** What a program reported, in the two places where a result states it. */
import { readFile } from 'node:fs/promises';
import { mergeReported } from '../runs/reported.ts';
import type { Reported } from '../runs/reported.ts';
import type { ResultInput } from '../runs/result.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { reportedParameters } from './summariseRun.ts';

export function reportedOf({ parameters, ...reported }: Reported): {
  readonly reported: NonNullable<ResultInput['reported']>;
  readonly reportedParameters: NonNullable<ResultInput['reportedParameters']>;
} {
  return { reported, reportedParameters: reportedParameters(parameters) };
}

/** What was reported so far; nothing where it cannot be read. */
export async function readReported(paths: RunPaths): Promise<Reported> {
  return mergeReported(await readFile(paths.reported, 'utf8').catch(() => ''));
}
