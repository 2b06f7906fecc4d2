/** Follows the files that the command of a supervised run logs metrics into. */
import { statSync } from 'node:fs';
import type { TreeRoot } from '../base/processTree.ts';
import { errorText } from '../base/systemError.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { noticeShareOf } from './sources/noticeShare.ts';
import { followSources } from './sources/followSources.ts';
import type { FollowedSources } from './sources/followSources.ts';
import type { StartedRun } from './startRun.ts';
import type { Supervision } from './supervision.ts';

/** Undefined where the run is not tracked. Never throws: a run without its metrics is still a run. */
export function followRunSources(
  { spec, paths, log, runs, input, announce }: Supervision,
  { plan, prepared, place, variables, startedAt }: StartedRun,
  tree: () => TreeRoot,
): FollowedSources | undefined {
  if (!spec.track) return undefined;
  const cwd = prepared.cwd ?? spec.cwd;
  const root = prepared.root ?? plan.root;
  const live = announce(plan.root, Date.parse(startedAt));
  try {
    return followSources({
      ...{ runs, root, cwd, tree },
      argv: prepared.argv ?? input.argv,
      environment: variables,
      outside: place.isHere ? undefined : path => place.outside(path),
      startedAt: startOf(paths) ?? Date.parse(startedAt),
      seen: paths.seen,
      rules: spec.tracking,
      mostNotices: noticeShareOf(spec.store),
      otherRunsInRoot: async () => (await (await live)?.overlapped()) ?? true,
      otherRuns: async () => (await (await live)?.others()) ?? [],
      onProblem: text => log.warn(text),
    });
  } catch (error) {
    log.warn(`Files of metrics are not followed: ${errorText(error)}`);
    return undefined;
  }
}

/**
 * The plan is written when everything is prepared, and the command starts then: by the clock of the file system, which
 * the times of its files are compared with. When the start was noticed, a quick command may have written them already.
 */
function startOf({ plan }: RunPaths): number | undefined {
  return statSync(plan, { throwIfNoEntry: false })?.mtimeMs;
}
