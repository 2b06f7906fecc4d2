/**
 * A last look at what was linked without being read: where the bytes of an output are not as many as its pin says,
 * every object of it is hashed, and the corrupt ones are named and taken out of the working tree again.
 */
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { verifyObjects } from '../cache/verifyObjects.ts';
import { joinPaths } from '../workers/dataJobs.ts';
import { JobMeter } from '../workers/jobMeter.ts';
import { statAt, statWidth } from '../walk/fileColumns.ts';
import { fileObject } from './planPlacing.ts';
import { fullPath, type PlacingOutcome } from './runPlacing.ts';

export async function checkSizes(
  repository: DataRepository,
  outcomes: readonly PlacingOutcome[],
  tools: DataTools,
  task: DataTask,
): Promise<readonly PlacingOutcome[]> {
  const checked: PlacingOutcome[] = [];
  for (const outcome of outcomes)
    checked.push(addsUp(outcome) ? outcome : await withoutCorrupt(repository, outcome, tools, task));
  return checked;
}

/** True also where it cannot be told. */
function addsUp({ run, stats, links, missing, corrupt, failed }: PlacingOutcome): boolean {
  const { request, plan, current } = run;
  if (request.size === undefined || request.select !== undefined) return true;
  if (missing.length + corrupt.length + failed.length > 0) return true;
  if (links.every(link => link === 'copy') || plan.steps.some(step => step.act === 'lacks')) return true;
  let size = 0;
  for (const [index, step] of plan.steps.entries())
    if (step.md5 !== undefined)
      size +=
        stats.get(index)?.[statAt.size] ?? current.columns.stats[step.here * statWidth + statAt.size] ?? 0;
  return size === request.size;
}

async function withoutCorrupt(
  repository: DataRepository,
  outcome: PlacingOutcome,
  tools: DataTools,
  task: DataTask,
): Promise<PlacingOutcome> {
  const { run } = outcome;
  const indexes = [...outcome.stats.keys()];
  const steps = indexes.map(index => run.plan.steps[index]);
  const objects = steps.map(step => fileObject(run.target, step?.md5 ?? ''));
  const { corrupt } = await verifyObjects(tools.cache, objects, tools.pool, task);
  if (corrupt.length === 0) return outcome;
  const found = new Map(corrupt.map(one => [one.object.value, one.found]));
  const wrong = indexes.filter(index => found.has(run.plan.steps[index]?.md5 ?? ''));
  using meter = new JobMeter(task, 'place');
  await tools.pool.run(
    'remove',
    {
      root: `${repository.root}/`,
      paths: joinPaths(wrong.map(index => fullPath(run.request.path, run.plan.steps[index]?.path ?? ''))),
      before: new Float64Array(wrong.length * statWidth),
    },
    meter,
  );
  const stats = new Map([...outcome.stats].filter(([index]) => !wrong.includes(index)));
  const bytes = wrong.reduce((sum, index) => sum + (outcome.stats.get(index)?.[statAt.size] ?? 0), 0);
  return {
    ...outcome,
    run,
    stats,
    gone: new Set([...outcome.gone, ...wrong]),
    removed: outcome.removed,
    links: outcome.links,
    placed: { files: outcome.placed.files - wrong.length, bytes: outcome.placed.bytes - bytes },
    corrupt: wrong.map(index => {
      const { path = '', md5 = '' } = run.plan.steps[index] ?? {};
      return { path, object: fileObject(run.target, md5), found: found.get(md5) ?? '' };
    }),
  };
}
