/**
 * Where an MLflow run that is new here belongs. The first one without a parent is the run itself; one of another
 * process of a distributed run is a rank of it; every other is a child run. A run that nobody here has heard of (of
 * another store, say) is taken in, so that no training ends for it.
 */
import { randomUUID } from 'node:crypto';
import { inventName } from './inventName.ts';
import type { RunEvent } from './journalEvents.ts';
import { doesNotExist } from './mlflowProblem.ts';
import { rankOf, reportedTags, tagNames } from './runTags.ts';
import type { Tracker } from './tracker.ts';
import type { Experiment, MlflowRun } from './trackingState.ts';

export interface NewRun {
  readonly id?: string;
  readonly experiment: string;
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly start?: number | undefined;
  readonly tags: readonly (readonly [string, string])[];
  readonly request?: string;
  /** Never the run itself. */
  readonly child?: boolean;
}

export async function createRun(tracker: Tracker, asked: NewRun): Promise<MlflowRun> {
  const again = await tracker.sameRequest(asked.request);
  if (again !== undefined) return again;
  await takeInExperiment(tracker, asked.experiment);
  // Two first calls about the same stranger.
  const known = tracker.state.runs.get(asked.id ?? '');
  if (known !== undefined) return known;
  const tags = new Map(asked.tags);
  const chosen = asked.name ?? tags.get(tagNames.name);
  const name = chosen === undefined || chosen === '' ? inventName() : chosen;
  const invented = name !== chosen;
  tags.set(tagNames.name, name);
  const rank = rankOf(tags);
  const isMain =
    asked.child !== true &&
    !tracker.state.runs.has(tags.get(tagNames.parent) ?? '') &&
    (rank ?? 0) === 0 &&
    ![...tracker.state.runs.values()].some(run => run.place === 'main' && (run.rank ?? 0) === 0);
  const onMain = isMain || (rank ?? 0) > 0;
  const event: RunEvent = {
    event: 'run',
    id: asked.id ?? randomUUID().replaceAll('-', ''),
    experiment: asked.experiment,
    name,
    ...(invented ? { invented } : {}),
    user: asked.user ?? tags.get(tagNames.user) ?? tracker.userName,
    status: 'RUNNING',
    start: asked.start ?? Date.now(),
    stage: 'active',
    place: onMain ? 'main' : { child: '' },
    ...(onMain && rank !== undefined ? { rank } : {}),
    ...(asked.request === undefined ? {} : { request: asked.request }),
  };
  tracker.state.apply(event);
  const run = tracker.run(event.id);
  const said = { ...(invented || !isMain ? {} : { name }), ...reportedTags([...tags]) };
  await tracker.commit(
    [{ event: 'tags', run: run.id, set: [...tags] }],
    [
      // Its line tells the place, which for a child run is known once its folder is made.
      () => (onMain ? tracker.append(event) : tracker.target(run)),
      ...(Object.keys(said).length === 0 ? [] : [tracker.report(run, said)]),
    ],
  );
  return tracker.run(run.id);
}

/** The run of that id; one that is not known here becomes one. */
export async function runToWrite(
  tracker: Tracker,
  id: string,
  options: { readonly resumes?: boolean } = {},
): Promise<MlflowRun> {
  const known = tracker.state.runs.get(id);
  if (known !== undefined) return known;
  if (!/^[\w-]{1,256}$/.test(id)) throw doesNotExist(`Run with id=${id} not found`);
  const child = options.resumes !== true;
  return createRun(tracker, { id, experiment: '0', tags: [], child });
}

/** What a program is told that names an experiment of another store by its id: one without anything. */
export function unheardExperiment(tracker: Tracker, id: string): Experiment {
  if (!/^\d{1,30}$/.test(id)) throw doesNotExist(`No Experiment with id=${id} exists`);
  const now = Date.now();
  let name = `Experiment ${id}`;
  while ([...tracker.state.experiments.values()].some(experiment => experiment.name === name)) name += '.';
  return { event: 'experiment', id, name, stage: 'active', created: now, updated: now, tags: new Map() };
}

async function takeInExperiment(tracker: Tracker, id: string): Promise<void> {
  if (tracker.state.experiments.has(id)) return;
  await tracker.commit([{ ...unheardExperiment(tracker, id), tags: [] }]);
}

/**
 * What a program is told that resumes a run of another store by its id (from a checkpoint, say): a run without
 * anything, which becomes one here with the first write.
 */
export function resumedRun(tracker: Tracker, id: string): MlflowRun {
  if (!/^[0-9a-f]{32}$/.test(id)) throw doesNotExist(`Run with id=${id} not found`);
  return {
    event: 'run',
    id,
    experiment: '0',
    name: inventName(),
    user: tracker.userName,
    status: 'FINISHED',
    start: Date.now(),
    stage: 'active',
    place: 'main',
    params: new Map(),
    tags: new Map(),
    datasets: [],
    modelInputs: [],
    modelOutputs: [],
  };
}
