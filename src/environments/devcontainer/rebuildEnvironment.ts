/**
 * Makes the container anew from what the files say now. Invariant: the new image is built, and a trial of it started,
 * before the old container is given up; until then a failure or a cancel leaves the old one as it was.
 */
import { callDevcontainer } from './callDevcontainer.ts';
import { parseCliLine } from './cliLog.ts';
import { CliSession } from './cliSession.ts';
import { findContainers } from './containers.ts';
import { engineCommand } from './engineCommand.ts';
import { environmentFolder } from './environmentFolder.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import { explainFailure } from './explainFailure.ts';
import { ourContainer } from './ourContainer.ts';
import { prepareUp } from './prepareUp.ts';
import { readDevcontainer } from './readDevcontainer.ts';
import { takeTurn } from './takeTurn.ts';
import { trialStart } from './trialStart.ts';
import { createContainer, isLimitRefused } from './upEnvironment.ts';
import type { UpOutcome } from './upEnvironment.ts';

export interface RebuildRequest extends EnvironmentRequest {
  /** Builds every layer again. */
  readonly noCache?: boolean | undefined;
}

export async function rebuildEnvironment(request: RebuildRequest): Promise<UpOutcome> {
  const { root, engine, variables, signal } = request;
  const devcontainer = await readDevcontainer(root, request.config);
  const folder = environmentFolder(request.cacheFolder, root, devcontainer.config);
  const turn = await takeTurn(folder.turn, {
    signal,
    onWait: holder =>
      request.onProgress?.({
        ...{ kind: 'phase', phase: 'wait', detail: `another command on this devcontainer (${holder})` },
      }),
  });
  try {
    request.onProgress?.({ kind: 'phase', phase: 'look' });
    const old = ourContainer(await findContainers(engine, root, { variables, signal }), devcontainer.path);
    let prepared = await prepareUp(devcontainer, request, folder);
    if (old !== undefined || request.noCache === true) {
      const { result } = await callDevcontainer({
        ...{ devcontainer, request, folder },
        words: request.noCache === true ? ['build', '--no-cache'] : ['build'],
        builds: true,
      });
      const image = [result.imageName ?? []].flat()[0];
      if (old !== undefined && image !== undefined && devcontainer.kind !== 'compose') {
        request.onProgress?.({ kind: 'phase', phase: 'start', detail: 'a trial of the new image' });
        const tryOut = async (): Promise<Error | undefined> => {
          const trial = await trialStart(request, image, prepared.override.runArgs ?? []);
          return typeof trial === 'object' ? failedTrial(devcontainer, request, trial.said) : undefined;
        };
        let refusal = await tryOut();
        if (refusal !== undefined && prepared.raisesLimits && isLimitRefused(refusal)) {
          // As when it comes up: without the limits that were a wish of ours.
          prepared = await prepareUp(devcontainer, request, folder, undefined, false);
          refusal = await tryOut();
        }
        if (refusal !== undefined) throw refusal;
      }
    }
    const outcome = await createContainer(devcontainer, request, folder, {
      replaces: old !== undefined,
      prepared,
    });
    // The old image, where the new one took its name: nobody could find it any more.
    if (old !== undefined) await removeDangling(request, old.Image);
    return outcome;
  } finally {
    await turn.release();
  }
}

/** Removes an image that has no name and no container. The engine refuses where one of both is there. */
export async function removeDangling(
  { engine, variables }: EnvironmentRequest,
  image: string,
): Promise<boolean> {
  const call = { variables };
  const names = await engineCommand(
    engine,
    ['image', 'inspect', '--format', '{{json .RepoTags}}', image],
    call,
  ).catch(() => '["unknown"]');
  if (!/^(?:null|\[\])\s*$/.test(names)) return false;
  return engineCommand(engine, ['image', 'rm', image], call).then(
    () => true,
    () => false,
  );
}

function failedTrial(
  devcontainer: Awaited<ReturnType<typeof readDevcontainer>>,
  request: EnvironmentRequest,
  said: readonly string[],
): Error {
  const session = new CliSession();
  for (const line of said)
    session.tail.push(...[parseCliLine(line)].map(event => ('text' in event ? event.text : '')));
  return explainFailure({
    engine: request.engine.kind,
    config: devcontainer.config,
    configText: devcontainer.text,
    value: devcontainer.value,
    result: { outcome: 'error', message: `Command failed: ${request.engine.program} run` },
    session,
  });
}
