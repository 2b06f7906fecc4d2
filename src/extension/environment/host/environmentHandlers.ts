/** All handlers of the environment thread: the other end of environmentRequests.ts. */
import { lockstepCacheFolder } from '../../../base/lockstepCacheFolder.ts';
import { downEnvironment } from '../../../environments/devcontainer/downEnvironment.ts';
import type { EnvironmentRequest } from '../../../environments/devcontainer/environmentRequest.ts';
import { insideContainer } from '../../../environments/devcontainer/insideContainer.ts';
import { rebuildEnvironment } from '../../../environments/devcontainer/rebuildEnvironment.ts';
import type { UpOutcome } from '../../../environments/devcontainer/upEnvironment.ts';
import { detectGpus } from '../../../environments/gpu/detectGpus.ts';
import type { GpuHost } from '../../../environments/gpu/gpuHost.ts';
import { neededImages } from '../../../environments/lock/container/neededImages.ts';
import { upLocked } from '../../../environments/lock/container/upLocked.ts';
import { createEnvironment } from '../../../environments/templates/createEnvironment.ts';
import { proposeTemplate } from '../../../environments/templates/proposeTemplate.ts';
import { findTemplate, readTemplates } from '../../../environments/templates/readTemplates.ts';
import { locateProject } from '../../../git/locateProject.ts';
import { buildLog } from './buildLog.ts';
import { EngineAccess } from './engineAccess.ts';
import type { EngineChoice, EnvironmentHandlers, EnvironmentNotice, UpView } from './environmentRequests.ts';
import { gpuUse, machineView } from './lookAtMachine.ts';
import { lockEnvironment, verifyEnvironment, type LockQuestion } from './lockEnvironment.ts';
import { lookAtProject } from './lookAtProject.ts';
import { offeredOption } from './offeredOption.ts';
import { terminalInside } from './terminalInside.ts';

export function environmentHandlers(
  variables: NodeJS.ProcessEnv,
  notify: (notice: EnvironmentNotice) => void,
): EnvironmentHandlers {
  const engines = new EngineAccess(variables, notify);
  const cacheFolder = lockstepCacheFolder(variables);
  let host: Promise<GpuHost> | undefined;
  const gpuHost = (afresh: boolean): Promise<GpuHost> => {
    if (afresh) host = undefined;
    return (host ??= detectGpus({ variables }));
  };
  const common = (root: string, { gpus }: EngineChoice, signal: AbortSignal) => ({
    ...{ root, cacheFolder, variables, signal },
    ...(gpus === 'none' || gpus.length > 0 ? { gpus } : {}),
  });
  const action = async (
    root: string,
    choice: EngineChoice,
    signal: AbortSignal,
    more: Pick<EnvironmentRequest, 'onProgress' | 'config'>,
  ): Promise<EnvironmentRequest> => ({
    ...common(root, choice, signal),
    engine: await engines.need(choice, signal),
    ...more,
  });

  const lockQuestion = (
    root: string,
    interpreter: string | undefined,
    choice: EngineChoice,
    signal: AbortSignal,
  ): LockQuestion => ({
    ...{ root, interpreter, cacheFolder, variables, signal },
    engine: () => engines.find(choice, false, signal),
  });

  return {
    findRoot: async ({ folder }) => (await locateProject(folder, variables)).root,
    look: async ({ projects, afresh, ...choice }, signal) => {
      const [finding, gpus, inside] = await Promise.all([
        // One that does not answer any more is found out by looking.
        engines.find(choice, true, signal),
        gpuHost(afresh),
        insideContainer(variables),
      ]);
      const engine = finding.engine === undefined ? {} : { engine: finding.engine };
      const looked = await Promise.all(
        projects.map(({ root, interpreter }) =>
          lookAtProject(
            { ...common(root, choice, signal), ...engine },
            lockQuestion(root, interpreter, choice, signal),
          ),
        ),
      );
      // Any other container may have an engine of its own in it.
      const isInside = inside !== undefined && !inside.sign.startsWith('/');
      return { machine: machineView(finding, gpus, isInside), projects: looked };
    },
    sampleGpus: (_, signal) => gpuUse(variables, signal),
    follow: choice => engines.follow(choice),
    unfollow: () => engines.unfollow(),
    propose: async ({ root }, signal) => {
      const [templates, gpus] = await Promise.all([readTemplates(), gpuHost(false)]);
      const { unread, ...proposal } = await proposeTemplate(root, gpus, signal);
      return {
        ...proposal,
        templates: templates.map(({ id, name, description }) => ({ id, name, description })),
        unread: unread.map(({ file, why }) => ({ message: `${file}: ${why}` })),
      };
    },
    nextOption: async ({ template, chosen, proposed }) =>
      offeredOption(findTemplate(await readTemplates(), template), chosen, proposed),
    create: async ({ root, template, options, force }, signal) =>
      createEnvironment(findTemplate(await readTemplates(), template), options, {
        ...{ root, store: (await locateProject(root, variables)).store, force, signal },
      }),
    up: async ({ root, config, ...choice }, signal, onProgress) =>
      upView(await upLocked(await action(root, choice, signal, { onProgress, config }))),
    rebuild: async ({ root, config, ...choice }, signal, onProgress) =>
      upView(await rebuildEnvironment(await action(root, choice, signal, { onProgress, config }))),
    down: async ({ root, remove, ...choice }, signal, onProgress) => {
      const request = await action(root, choice, signal, { onProgress });
      const { store } = await locateProject(root, variables);
      const { stopped, removed } = await downEnvironment({
        ...{ ...request, remove, neededImages: () => neededImages(root, store) },
      });
      return remove ? removed : stopped;
    },
    lock: ({ root, interpreter, toolVersion, replace, ...choice }, signal) =>
      lockEnvironment({ ...lockQuestion(root, interpreter, choice, signal), toolVersion, replace }),
    verify: ({ root, interpreter, ...choice }, signal) =>
      verifyEnvironment(lockQuestion(root, interpreter, choice, signal), 'packages'),
    terminal: async ({ root, ...choice }, signal) => terminalInside(await action(root, choice, signal, {})),
    buildLog: ({ root, ...choice }, signal) => buildLog(common(root, choice, signal)),
  };
}

function upView({ container, how, gpu, gpuProblem, warnings, hints }: UpOutcome): UpView {
  return {
    ...{ name: container.name, how },
    warnings: [...warnings, ...hints.map(({ message }) => message)],
    ...(gpu === undefined ? {} : { gpu }),
    ...(gpuProblem === undefined ? {} : { gpuProblem }),
  };
}
