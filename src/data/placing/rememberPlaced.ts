/** After a placing nothing has to be hashed: what was placed, and what was there and right, is known; so is how the linked objects look. */
import { isLinking, rememberLinked, type ProvenFiles } from '../cache/linkedObjects.ts';
import type { DataRepository } from '../dataRepository.ts';
import { readKnownHashes, writeKnownHashes, type KnownHashes } from '../hash/hashStateFile.ts';
import { withOthers } from '../hash/hashColumns.ts';
import { fileSystemTime, isSettledAt, lastChange } from '../hash/settledTime.ts';
import { filesStatePath, folderStatePath } from '../hash/statePaths.ts';
import { statWidth } from '../walk/fileColumns.ts';
import { makesIncomplete } from '../hash/makesIncomplete.ts';
import type { PlacingOutcome } from './runPlacing.ts';

export async function rememberPlaced(
  repository: DataRepository,
  outcomes: readonly PlacingOutcome[],
): Promise<void> {
  if (isLinking(repository)) await rememberLinked(repository, outcomes.map(provenBy));
  const now = fileSystemTime(repository.stateFolder);
  const folders = outcomes.filter(({ run }) => run.target.folder);
  for (const outcome of folders) {
    const { request } = outcome.run;
    await writeKnownHashes(
      folderStatePath(repository, request.path, request.object.algorithm),
      knownAfter(outcome, now),
    );
  }
  for (const algorithm of ['md5', 'md5-dos2unix'] as const) {
    const files = outcomes.filter(
      ({ run }) => !run.target.folder && run.target.object.algorithm === algorithm,
    );
    if (files.length === 0) continue;
    const path = filesStatePath(repository, algorithm);
    const placed = files.map(outcome => ({
      path: outcome.run.request.path,
      known: knownAfter(outcome, now),
    }));
    await writeKnownHashes(path, withOthers(joined(placed), await readKnownHashes(path)));
  }
}

function knownAfter({ run, stats, gone, failed }: PlacingOutcome, now: number): KnownHashes {
  const { plan, current, request, target } = run;
  const paths: string[] = [];
  const numbers = new Float64Array(plan.steps.length * statWidth);
  const md5s = new Uint8Array(plan.steps.length * 16);
  const settled = new Uint8Array(plan.steps.length);
  // Of a part nobody looked at the rest: what is there now is not what the listing says.
  let whole =
    request.select === undefined &&
    failed.length === 0 &&
    current.problems.every(problem => !makesIncomplete(problem));
  for (const [index, step] of plan.steps.entries()) {
    const placed = stats.get(index);
    if (step.md5 === undefined ? !gone.has(index) : placed === undefined && step.act !== 'same')
      whole = false;
    if (gone.has(index) || (placed === undefined && step.here === -1)) continue;
    const at = paths.length;
    paths.push(step.path);
    if (placed === undefined) {
      const { columns } = current;
      numbers.set(columns.stats.subarray(step.here * statWidth, (step.here + 1) * statWidth), at * statWidth);
      md5s.set(current.md5s.subarray(step.here * 16, step.here * 16 + 16), at * 16);
      settled[at] = current.settled[step.here] ?? 0;
    } else {
      numbers.set(placed, at * statWidth);
      md5s.set(Buffer.from(step.md5 ?? '', 'hex'), at * 16);
      settled[at] = isSettledAt(lastChange(numbers, at), now) ? 1 : 0;
    }
  }
  return {
    columns: { paths, stats: numbers.subarray(0, paths.length * statWidth) },
    md5s: md5s.subarray(0, paths.length * 16),
    settled: settled.subarray(0, paths.length),
    ...(whole && target.folder ? { listing: target.object.value } : {}),
  };
}

/** The files that are what the pin says. */
function provenBy({ run: { plan, current }, stats }: PlacingOutcome): ProvenFiles {
  const proven = plan.steps.flatMap((step, index) => {
    const numbers =
      stats.get(index) ??
      (step.act === 'same'
        ? current.columns.stats.subarray(step.here * statWidth, (step.here + 1) * statWidth)
        : undefined);
    return numbers === undefined ? [] : [{ ...step, numbers }];
  });
  const columns = {
    paths: proven.map(({ path }) => path),
    stats: new Float64Array(proven.length * statWidth),
  };
  for (const [index, { numbers }] of proven.entries()) columns.stats.set(numbers, index * statWidth);
  return { columns, md5s: Buffer.from(proven.map(({ md5 = '' }) => md5).join(''), 'hex') };
}

/** Of single files, each known under the path ''. */
function joined(placed: readonly { path: string; known: KnownHashes }[]): KnownHashes {
  const there = placed.filter(({ known }) => known.columns.paths.length === 1);
  const stats = new Float64Array(there.length * statWidth);
  const md5s = new Uint8Array(there.length * 16);
  const settled = new Uint8Array(there.length);
  for (const [index, { known }] of there.entries()) {
    stats.set(known.columns.stats, index * statWidth);
    md5s.set(known.md5s, index * 16);
    settled[index] = known.settled[0] ?? 0;
  }
  return { columns: { paths: there.map(({ path }) => path), stats }, md5s, settled };
}
