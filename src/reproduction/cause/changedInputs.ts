/** Inputs outside the code whose content a rerun would have is not the original's, and where that is still to be found. */
import { join } from 'node:path';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { CauseReport } from '../../runs/causeReport.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { FindCauseRequest } from './findCause.ts';
import { recordedContent } from './recordedContent.ts';
import { isNamed } from './wordTrials.ts';
import type { ChangedInput } from './trialChange.ts';

/**
 * @param pair It is the other run that is run again.
 * @param folder Where content that only git holds is written.
 */
export async function changedInputs(
  { original, other, root, variables, signal }: FindCauseRequest,
  pair: boolean,
  folder: string,
): Promise<ChangedInput[]> {
  const now = new Map(readFrom(other).map(use => [use.path, use.sha256]));
  const changed: ChangedInput[] = [];
  for (const input of readFrom(original)) {
    if (input.sha256 === undefined) continue;
    const hash = pair ? now.get(input.path) : await presentHash(input, root, signal);
    if (hash === input.sha256 || (pair && hash === undefined && !isNamed(input.path, original.plan?.argv)))
      continue;
    // A folder, or data that is fetched by its pin, is set back by nobody here.
    if (input.hashOf !== undefined) continue;
    const source = await recordedContent({ input, root, folder, environment: variables, signal });
    changed.push({ path: input.path, original: input.sha256, now: hash, source });
  }
  return changed;
}

/** Inputs that were other ones for the run that diverged than for a rerun of it: put back meanwhile. */
export async function changedSince(
  runs: RunStore,
  { reproductionId }: { readonly reproductionId?: string },
  other: RunDetails,
): Promise<NonNullable<CauseReport['since']>> {
  if (reproductionId === undefined) return [];
  const now = new Map(readFrom(await runs.read(reproductionId)).map(use => [use.path, use.sha256]));
  return readFrom(other).flatMap(({ path, sha256 }) => {
    const hash = now.get(path);
    return hash === undefined || sha256 === undefined || hash === sha256
      ? []
      : [{ path, then: sha256, now: hash }];
  });
}

/** What a run read from outside its code, with known content, and did not write itself. */
function readFrom(run: RunDetails): FileUse[] {
  const written = new Set((run.result?.outputs ?? []).map(output => output.path));
  return (run.captured?.inputs ?? []).filter(
    use =>
      use.inSnapshot !== true && use.volatile !== true && use.sha256 !== undefined && !written.has(use.path),
  );
}

async function presentHash(input: FileUse, root: string, signal: AbortSignal): Promise<string | undefined> {
  return hashFile(input.path.startsWith('/') ? input.path : join(root, input.path), signal);
}
