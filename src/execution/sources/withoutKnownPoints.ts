/**
 * Leaves out of a file that repeats what was logged what the run has from elsewhere. Hugging Face's `trainer_state.json`
 * holds every value that its Trainer has also given to MLflow and printed: the same name at the same step is the same
 * value, and in the run once.
 */
import type { SourceContent } from '../../tracking/sourceReader.ts';
import type { TrackedRun } from '../../tracking/trackedRun.ts';

export async function withoutKnownPoints(run: TrackedRun, content: SourceContent): Promise<SourceContent> {
  if (content.points.length === 0) return content;
  const keys = new Set(content.points.map(({ key }) => key));
  const known = new Map<string, Set<number>>();
  for (const { key, rank, steps } of await run.series())
    if (keys.has(key) && (rank === null || rank === 0))
      known.set(key, new Set([...(known.get(key) ?? []), ...steps]));
  if (known.size === 0) return content;
  // Where the content stands in its source stays as it is: a later supervisor counts on it.
  const points = content.points.filter(({ key, step }) => known.get(key)?.has(step) !== true);
  const before =
    content.before === undefined ? {} : { before: content.before + content.points.length - points.length };
  return { ...content, points, ...before };
}
