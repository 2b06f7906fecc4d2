/**
 * Pins what a run made, at its end and before its result: the content goes into the data cache, a pin file says which
 * it is, and the result names it, so that a model is a version tied to a run and, once committed, to a commit.
 */
import { isAbsolute, join, relative, sep } from 'node:path';
import { errorText } from '../base/systemError.ts';
import { addData } from '../data/operations/addData.ts';
import { openDataProject } from '../data/operations/openDataProject.ts';
import type { FileUse } from '../runs/captured.ts';
import type { PinnedPath, Plan } from '../runs/plan.ts';
import type { LaunchSpec } from './launchSpec.ts';
import type { SupervisorLog } from './supervisorLog.ts';

export interface PinOutputsRequest {
  readonly pinOutputs: LaunchSpec['pinOutputs'];
  readonly plan: Plan;
  /** With their hashes. */
  readonly outputs: readonly FileUse[];
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Pick<SupervisorLog, 'warn' | 'note'>;
}

/** Never rejects: a model that could not be pinned is told as a warning, and is still there. */
export async function pinOutputs(request: PinOutputsRequest): Promise<PinnedPath[]> {
  const { plan, outputs, environment, log } = request;
  const paths = chosenOutputs(request);
  if (paths.length === 0) {
    log.warn('No output was pinned: none was declared or seen that is not part of the code.');
    return [];
  }
  try {
    const project = await openDataProject(plan.root, environment);
    const { pinned, problems } = await addData(
      project,
      { paths: paths.map(path => join(plan.root, path)) },
      {},
    );
    for (const { path, what } of problems) log.warn(`${path} was not pinned: ${what}`);
    log.note(`pinned ${pinned.length} outputs`);
    // The repository of a run is the project of its data, but for data kept without git in a folder above it.
    return pinned.map(({ path, object, pinFile, size }) => ({
      ...{ path: fromRoot(plan.root, project.root, path), object, size, known: 'captured' },
      pinFile: fromRoot(plan.root, project.root, pinFile),
    }));
  } catch (error) {
    log.warn(`Outputs were not pinned: ${errorText(error)}`);
    for (const { path, problem } of outputs) if (problem !== undefined) log.note(`${path}: ${problem}`);
    return [];
  }
}

/** At most so many paths that nobody named are pinned: more of them are hardly models. */
const seenLimit = 100;

/** Relative to the root. Those named; else the declared ones; else those that were seen being written. */
function chosenOutputs({ pinOutputs: asked, plan, outputs }: PinOutputsRequest): string[] {
  if (asked === undefined || asked === false) return [];
  if (Array.isArray(asked)) return asked.filter(path => !isAbsolute(path));
  const there = new Set(
    outputs
      .filter(({ problem, volatile }) => problem !== 'missing' && volatile !== true)
      .map(({ path }) => path),
  );
  const declared = plan.declaredOutputs.filter(path => !isAbsolute(path) && there.has(path));
  if (declared.length > 0) return declared;
  return outputs
    .filter(
      use => there.has(use.path) && use.how === 'seen' && use.inSnapshot !== true && !isAbsolute(use.path),
    )
    .map(({ path }) => path)
    .slice(0, seenLimit);
}

function fromRoot(root: string, projectRoot: string, path: string): string {
  return relative(root, join(projectRoot, path)).split(sep).join('/');
}
