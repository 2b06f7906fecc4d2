/**
 * Brings a project's devcontainer up: uses the one that is there, whoever made it, starts it, or makes it. Invariant:
 * a failure or a cancel leaves no half-made container, and a container that works is never taken away.
 */
import { mkdir } from 'node:fs/promises';
import { LockstepError } from '../../base/lockstepError.ts';
import { checkCuda } from './checkCuda.ts';
import type { DriftReport } from '../environmentLock.ts';
import { callDevcontainer } from './callDevcontainer.ts';
import { composeWarning } from './composeProject.ts';
import type { CliSession } from './cliSession.ts';
import { noteOfContainer, readContainerNotes } from './containerNotes.ts';
import { containerState } from './containerState.ts';
import { findContainers, inspectContainers, labelsOf, ownLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';
import { noteImage } from './earlierImages.ts';
import { engineCommand } from './engineCommand.ts';
import { environmentFolder } from './environmentFolder.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import type { ContainerState, StaleReason } from './environmentState.ts';
import { containerMissing } from './errors.ts';
import { gpuNotVisible } from './upErrors.ts';
import { handIdentityIn } from './handIdentityIn.ts';
import { insideFolder } from './insideContainer.ts';
import { lookAtGpu } from './lookAtGpu.ts';
import { isPoisoned, ourContainer, wasNeverStarted } from './ourContainer.ts';
import { prepareUp } from './prepareUp.ts';
import type { PreparedUp } from './prepareUp.ts';
import { readDevcontainer } from './readDevcontainer.ts';
import type { ConfigHint, Devcontainer } from './readDevcontainer.ts';
import { staleReasons } from './staleReasons.ts';
import { takeTurn } from './takeTurn.ts';

export interface UpOutcome {
  /** devcontainer.json relative to the project. */
  readonly config: string;
  readonly container: ContainerState;
  /** `used`: it ran already. */
  readonly how: 'used' | 'started' | 'created';
  /** How GPUs were passed, in words; of containers that others made nothing is known. */
  readonly gpu?: string;
  /** Why an optional GPU that is there is not passed. */
  readonly gpuProblem?: { readonly message: string; readonly mend: string };
  readonly stale: readonly StaleReason[];
  readonly hints: readonly ConfigHint[];
  /** Where there is an environment lock and a container was made: what of it was used. */
  readonly fromLock?: UsedLock;
  readonly warnings: readonly string[];
}

export interface UsedLock {
  /** `changed`: the files are not those of the lock any more, so that they were built as they are. */
  readonly how: 'image' | 'pulled' | 'rebuilt' | 'changed';
  /** What differs from the lock. */
  readonly drift?: DriftReport;
}

export async function upEnvironment(request: EnvironmentRequest): Promise<UpOutcome> {
  const devcontainer = await readDevcontainer(request.root, request.config);
  const folder = environmentFolder(request.cacheFolder, request.root, devcontainer.config);
  const turn = await takeTurn(folder.turn, {
    signal: request.signal,
    onWait: holder =>
      request.onProgress?.({
        ...{ kind: 'phase', phase: 'wait', detail: `another command on this devcontainer (${holder})` },
      }),
  });
  try {
    return await up(devcontainer, request, folder);
  } finally {
    await turn.release();
  }
}

async function up(
  devcontainer: Devcontainer,
  request: EnvironmentRequest,
  folder: EnvironmentFolder,
): Promise<UpOutcome> {
  const { root, engine, variables, signal } = request;
  request.onProgress?.({ kind: 'phase', phase: 'look' });
  const all = await findContainers(engine, root, { variables, signal });
  const existing = await withoutPoisoned(all, devcontainer, request);
  if (existing === undefined) return createContainer(devcontainer, request, folder);
  const stale = await staleReasons(devcontainer, existing, request.gpus, folder, signal);
  if (existing.State.Status === 'running' && (await isReady(existing, folder)))
    return outcomeOf(devcontainer, request, folder, existing, { how: 'used', stale });
  const how = existing.State.Status === 'running' ? 'used' : 'started';
  if (existing.State.Status === 'paused')
    await engineCommand(engine, ['unpause', existing.Id], { variables, signal });
  await haveMountedFolder(existing);
  // Started with what it was made with; an override must be there for the program to find the container by its labels.
  let session: CliSession;
  try {
    ({ session } = await callDevcontainer({
      ...{ devcontainer, request, folder },
      words: ['up', '--gpu-availability', 'none', '--expect-existing-container'],
      builds: false,
    }));
  } catch (error) {
    // Podman keeps no word of a start that failed: that another one fails, too, is how it shows.
    if (signal?.aborted === true || !(await neverStarts(existing, request))) throw error;
    await removeContainer(existing, request);
    return createContainer(devcontainer, request, folder);
  }
  return outcomeOf(devcontainer, request, folder, existing, { how, stale, session });
}

/** `replaces`: the program removes the container that is there first. */
export async function createContainer(
  devcontainer: Devcontainer,
  request: EnvironmentRequest,
  folder: EnvironmentFolder,
  options: { readonly replaces?: boolean; readonly prepared?: PreparedUp } = {},
): Promise<UpOutcome> {
  const value = options.prepared === undefined ? await request.startFrom?.(devcontainer, folder) : undefined;
  let prepared = options.prepared ?? (await prepareUp(devcontainer, request, folder, value));
  await checkCuda(devcontainer, request, prepared);
  const create = async (): ReturnType<typeof callDevcontainer> =>
    callDevcontainer({
      ...{ devcontainer, request, folder },
      words: [
        ...(['up', '--gpu-availability', 'none', '--override-config', folder.override] as const),
        ...(options.replaces === true ? ['--remove-existing-container'] : []),
      ],
      ...{ builds: true, mark: prepared.callMark },
    });
  const { result, session } = await create().catch(async (error: unknown) => {
    if (!prepared.raisesLimits || !isLimitRefused(error)) throw error;
    // A wish of ours for the GPU's sake, that this engine may not fulfil: no reason to be without a container.
    prepared = await prepareUp(devcontainer, request, folder, value, false);
    return create();
  });
  const [made] = await inspectContainers(request.engine, [result.containerId ?? ''], request);
  if (made === undefined) throw containerMissing(request.root);
  const outcome = await outcomeOf(devcontainer, request, folder, made, {
    ...{ how: 'created', stale: [], session, prepared },
  });
  // Nothing to look for where no GPU is passed: the start is not held up.
  if (!prepared.expectsGpu) return outcome;
  const seen = await lookAtGpu(request, folder, outcome.container, prepared);
  if (!seen.visible) throw gpuNotVisible(seen.problem ?? noCause);
  const { problem } = seen;
  return problem === undefined
    ? outcome
    : { ...outcome, warnings: [...outcome.warnings, `${problem.message} ${problem.mend}`] };
}

/** Whether the engine may not raise a limit of processes that the container was to have. */
export function isLimitRefused(error: unknown): boolean {
  return error instanceof LockstepError && error.code === 'limit-not-permitted';
}

const noCause = { message: 'nobody knows why.', mend: 'See what this machine has: lockstep env gpus' };

interface Made {
  readonly how: UpOutcome['how'];
  readonly stale: readonly StaleReason[];
  readonly session?: CliSession;
  readonly prepared?: PreparedUp;
}

async function outcomeOf(
  devcontainer: Devcontainer,
  request: EnvironmentRequest,
  folder: EnvironmentFolder,
  seen: InspectedContainer,
  { how, stale, session, prepared }: Made,
): Promise<UpOutcome> {
  const { engine, variables } = request;
  const [now = seen] = how === 'used' ? [seen] : await inspectContainers(engine, [seen.Id], { variables });
  const started = now.State.StartedAt;
  const notes =
    session === undefined
      ? await readContainerNotes(folder, now.Id)
      : await noteOfContainer(folder, now.Id, {
          ...(started === undefined ? {} : { readySince: started }),
          ...(session.shellEnvironment === undefined ? {} : { shell: session.shellEnvironment }),
          ...(prepared === undefined ? {} : { gpu: prepared.passing.summary }),
        });
  const container = containerState(
    now,
    request.root,
    notes.shell,
    workspaceFolderOf(devcontainer),
    variables,
  );
  if (how === 'created') await noteImage(folder, container.imageId);
  if (how !== 'used') await handIdentityIn(folder, request, now, container, notes.gpu);
  const problem = prepared?.passing.problem;
  const ofCompose =
    how === 'used' ? undefined : composeWarning(devcontainer, prepared?.passing.runArgs ?? []);
  return {
    config: devcontainer.config,
    container,
    how,
    ...(notes.gpu === undefined ? {} : { gpu: notes.gpu }),
    ...(problem === undefined ? {} : { gpuProblem: { message: problem.message, mend: problem.mend } }),
    stale,
    hints: devcontainer.hints,
    warnings: ofCompose === undefined ? [] : [ofCompose],
  };
}

/** `workspaceFolder`, unless it has variables: then the mounts tell. */
export function workspaceFolderOf({ value }: Devcontainer): string | undefined {
  const folder = value.workspaceFolder;
  return folder === undefined || folder.includes('${') ? undefined : folder;
}

/** The container to use; those whose start failed are removed, since every further start would fail, too. */
async function withoutPoisoned(
  all: readonly InspectedContainer[],
  devcontainer: Devcontainer,
  request: EnvironmentRequest,
): Promise<InspectedContainer | undefined> {
  const mine = ourContainer(all, devcontainer.path);
  if (mine === undefined || !isPoisoned(mine)) return mine;
  await removeContainer(mine, request);
  return withoutPoisoned(
    all.filter(({ Id }) => Id !== mine.Id),
    devcontainer,
    request,
  );
}

/** Whether a container was made and its start has never succeeded: nothing of anybody's can be in it. */
async function neverStarts(
  { Id }: InspectedContainer,
  { engine, variables }: EnvironmentRequest,
): Promise<boolean> {
  const [now] = await inspectContainers(engine, [Id], { variables });
  return now !== undefined && wasNeverStarted(now);
}

async function removeContainer(
  { Id }: InspectedContainer,
  { engine, variables, signal }: EnvironmentRequest,
): Promise<void> {
  await engineCommand(engine, ['rm', '--force', '--volumes', Id], { variables, signal });
}

/** What a container of ours is told lies in a cache, which people clean; without the folder no engine starts it again. */
async function haveMountedFolder(container: InspectedContainer): Promise<void> {
  if (labelsOf(container)[ownLabels.project] === undefined) return;
  const mount = container.Mounts?.find(({ Destination }) => Destination === insideFolder);
  if (mount?.Type === 'bind') await mkdir(mount.Source, { recursive: true }).catch(() => undefined);
}

/** Whether its lifecycle commands have run since it was started; who made it elsewhere has seen to that. */
async function isReady(container: InspectedContainer, folder: EnvironmentFolder): Promise<boolean> {
  if (labelsOf(container)[ownLabels.project] === undefined) return true;
  const notes = await readContainerNotes(folder, container.Id);
  return notes.readySince !== undefined && notes.readySince === container.State.StartedAt;
}
