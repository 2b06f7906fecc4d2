/** One call of the devcontainer program for a project, with its failures explained and nothing half-made left behind. */
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import type { LockstepError } from '../../base/lockstepError.ts';
import { allContainerIds, specificationLabels } from './containers.ts';
import type { CliResult } from './cliLog.ts';
import { cleanUpAfterKill, cleanUpCall, forgetCall, markedContainers, noteCall } from './cleanUpCall.ts';
import type { CliSession } from './cliSession.ts';
import { noteOfContainer } from './containerNotes.ts';
import { runDevcontainerProgram } from './devcontainerProgram.ts';
import { engineCommand } from './engineCommand.ts';
import { makeEnvironmentFolder, temporaryFolderOf } from './environmentFolder.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import { featureLockPath } from './environmentInputs.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import { explainFailure } from './explainFailure.ts';
import { buildPlaces } from './readDevcontainer.ts';
import type { Devcontainer } from './readDevcontainer.ts';
import { takeTurn } from './takeTurn.ts';

export interface DevcontainerCall {
  readonly devcontainer: Devcontainer;
  readonly request: EnvironmentRequest;
  readonly folder: EnvironmentFolder;
  /** `up` or `build` with the words beyond project, configuration and lockfile. */
  readonly words: readonly [command: 'up' | 'build', ...string[]];
  /** Whether an image may be built: without buildx that is one at a time where Features are (they share one tag). */
  readonly builds: boolean;
  /** Value of the label that the container gets which this call makes; absent where it makes none. */
  readonly mark?: string | undefined;
}

/** Rejects with the failure explained, or the reason of the signal. */
export async function callDevcontainer(
  call: DevcontainerCall,
): Promise<{ readonly result: CliResult; readonly session: CliSession }> {
  const { devcontainer, request, folder } = call;
  const { root, engine, variables, signal, onProgress } = request;
  await makeEnvironmentFolder(folder);
  const temporary = temporaryFolderOf(request.cacheFolder);
  await cleanUpAfterKill(engine, { variables }, folder, temporary);
  const turn = await buildTurn(call);
  // Without the list nothing can be told to be new.
  const before = call.builds
    ? await allContainerIds(engine, { variables }).catch(() => undefined)
    : undefined;
  const id = randomBytes(8).toString('hex');
  let session: CliSession | undefined;
  try {
    await noteCall(folder, { id, before });
    const outcome = await runDevcontainerProgram({
      engine,
      words: [
        ...call.words,
        ...['--workspace-folder', root, '--config', devcontainer.path],
        ...((await isFile(featureLockPath(devcontainer))) ? ['--frozen-lockfile'] : []),
      ],
      cwd: root,
      variables,
      ...{ id, temporary },
      ...{ log: folder.log, turns: [folder.turn, ...(turn === undefined ? [] : [buildTurnOf(request)])] },
      signal,
      onProgress,
    });
    session = outcome.session;
    const { result, exitCode } = outcome;
    if (exitCode === 0 && result?.outcome === 'success') return { result, session };
    const failure = await explained(call, result, session);
    // A lifecycle command that failed leaves a container to look into, of which that has to be known later, too.
    const leaves = failure.code === 'lifecycle-command-failed';
    await cleanUpCall(call, before, session, leaves);
    if (leaves)
      for (const { Id } of await markedContainers(call))
        await noteOfContainer(folder, Id, { setUpProblem: failure.message.split('\n')[0] ?? '' });
    throw failure;
  } catch (error) {
    if (signal?.aborted === true) await cleanUpCall(call, before, session, false);
    throw error;
  } finally {
    await forgetCall(folder);
    await turn?.release();
  }
}

async function explained(
  { devcontainer, request }: DevcontainerCall,
  result: CliResult | undefined,
  session: CliSession,
): Promise<LockstepError> {
  const { root } = request;
  const place = buildPlaces(devcontainer)?.dockerfile;
  const text = place === undefined ? undefined : await readFile(place, 'utf8').catch(() => undefined);
  const lock = featureLockPath(devcontainer);
  return explainFailure({
    engine: request.engine.kind,
    config: devcontainer.config,
    configText: devcontainer.text,
    value: devcontainer.value,
    dockerfile: place === undefined || text === undefined ? undefined : { path: shown(root, place), text },
    featureLock: (await isFile(lock)) ? shown(root, lock) : undefined,
    result,
    session,
  });
}

async function buildTurn({
  devcontainer,
  request,
  builds,
}: DevcontainerCall): ReturnType<typeof turnOfBuilds> {
  const features = Object.keys(devcontainer.value.features ?? {}).length > 0;
  if (!builds || !features || (await hasBuildx(request))) return undefined;
  return turnOfBuilds(request);
}

async function turnOfBuilds(
  request: EnvironmentRequest,
): Promise<Awaited<ReturnType<typeof takeTurn>> | undefined> {
  return takeTurn(buildTurnOf(request), {
    signal: request.signal,
    onWait: holder =>
      request.onProgress?.({
        ...{ kind: 'phase', phase: 'wait', detail: `another build with Features (${holder})` },
      }),
  });
}

function buildTurnOf({ engine, cacheFolder }: EnvironmentRequest): string {
  const name = Buffer.from(engine.endpoint).toString('hex').slice(-40);
  return `${dirname(temporaryFolderOf(cacheFolder))}/builds-${name}.turn`;
}

async function hasBuildx({ engine, variables, signal }: EnvironmentRequest): Promise<boolean> {
  if (engine.kind === 'podman') return false;
  return engineCommand(engine, ['buildx', 'version'], { variables, signal }).then(
    () => true,
    () => false,
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}

function shown(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** The labels by which every tool finds the container of a configuration. */
export function identifyingLabels(devcontainer: Devcontainer): Record<string, string> {
  return {
    [specificationLabels.folder]: devcontainer.root,
    [specificationLabels.config]: devcontainer.path,
  };
}
