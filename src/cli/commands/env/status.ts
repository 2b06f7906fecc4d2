/** `lockstep env status`: what there is of this project's environment right now. */
import { existsSync } from 'node:fs';
import { environmentState } from '../../../environments/devcontainer/environmentStateOf.ts';
import type { EnvironmentState } from '../../../environments/devcontainer/environmentState.ts';
import { findDevcontainers } from '../../../environments/devcontainer/findDevcontainers.ts';
import { insideContainer } from '../../../environments/devcontainer/insideContainer.ts';
import type { Inside } from '../../../environments/devcontainer/insideContainer.ts';
import { findEngine } from '../../../environments/engine/findEngine.ts';
import type { EngineFinding, EngineProblem } from '../../../environments/engine/engine.ts';
import type { DriftReport } from '../../../environments/environmentLock.ts';
import { verifyContainer } from '../../../environments/lock/container/verifyContainer.ts';
import { readLock } from '../../../environments/lock/readLock.ts';
import { errorText } from '../../../base/systemError.ts';
import { lockPath } from '../../../environments/lock/lockPaths.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { stateText } from '../../text/envText.ts';
import { printable } from '../../text/printable.ts';
import { addConfigOption, addGpusOption, gpuChoice } from './environmentRequest.ts';
import type { EnvironmentFlags } from './environmentRequest.ts';
import { pythonStatus, pythonStatusText } from './pythonStatus.ts';
import type { PythonStatus } from './pythonStatus.ts';
import type { OpenEnvironment } from './openEnvironment.ts';
import { runEnvCommand } from './runEnvCommand.ts';

interface StatusOutput {
  readonly state: EnvironmentState;
  readonly configs: readonly string[];
  readonly engine?: { readonly kind: string; readonly version: string; readonly endpoint: string };
  readonly engineProblem?: EngineProblem;
  readonly inside?: Inside;
  readonly python?: PythonStatus;
}

export const envStatus: Subcommand = {
  name: 'env status',
  async run(words, context) {
    const parser = addGpusOption(
      addConfigOption(
        newCommand(
          'env status',
          'What there is of this project’s environment: configuration, container, what changed since it was made.',
          context,
        ),
      ),
    ).addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<EnvironmentFlags>();
    return runEnvCommand(context, {
      json: flags.json === true,
      stopped: 'Nothing was changed.',
      async work(opened, signal): Promise<StatusOutput> {
        const { root, cacheFolder, environment } = opened;
        const configs = await findDevcontainers(root);
        const inside = await insideContainer(environment);
        // The engine that made this container is outside of it; some have an engine of their own in them.
        const handedIn = inside !== undefined && !inside.sign.startsWith('/');
        const finding = handedIn
          ? undefined
          : await findEngine({ settings: {}, variables: environment, signal });
        const engine = finding?.engine;
        const gpus = gpuChoice(flags.gpus);
        const state = await environmentState({
          ...{ root, cacheFolder, variables: environment, signal },
          ...(engine === undefined ? {} : { engine }),
          ...(flags.config === undefined ? {} : { config: flags.config }),
          ...(gpus === undefined ? {} : { gpus }),
        });
        const lock = await lockState(opened, finding, state.container?.id, signal);
        const python =
          configs.length === 0 || existsSync(lockPath(root, 'python'))
            ? await pythonStatus(opened, signal)
            : undefined;
        return {
          state: lock === undefined ? state : { ...state, lock },
          configs,
          ...(python === undefined ? {} : { python }),
          ...(engine === undefined
            ? {}
            : { engine: { kind: engine.kind, version: engine.version, endpoint: engine.endpoint } }),
          ...(finding === undefined || finding.engine !== undefined
            ? {}
            : { engineProblem: finding.problem }),
          ...(inside === undefined ? {} : { inside }),
        };
      },
      tell: output => context.terminal.out(statusText(output)),
      code: ({ engineProblem, configs, state }) =>
        engineProblem !== undefined && configs.length > 0
          ? exitCodes.impossible
          : state.stale.length > 0
            ? exitCodes.negative
            : exitCodes.done,
    });
  },
};

/** Files and container against the lock, without going inside; undefined where there is no lock. */
async function lockState(
  { root, cacheFolder, environment }: OpenEnvironment,
  finding: EngineFinding | undefined,
  container: string | undefined,
  signal: AbortSignal,
): Promise<DriftReport | undefined> {
  try {
    const lock = await readLock(lockPath(root, 'devcontainer'));
    if (lock === undefined) return undefined;
    return await verifyContainer({
      ...{ lock, root, cacheFolder, variables: environment, signal, container, upTo: 'container' },
      engine: () => Promise.resolve(finding ?? { problem: noEngine }),
    });
  } catch (error) {
    signal.throwIfAborted();
    return { verdict: 'unknown', items: [], tiers: [], problems: [errorText(error)] };
  }
}

const noEngine: EngineProblem = {
  ...{
    code: 'engine-missing',
    message: 'The engine is outside of this container.',
    mend: 'Ask on the host.',
  },
};

function statusText({ state, engine, engineProblem, inside, python }: StatusOutput): string {
  // In a container of other people the engine that it has, or has not, is what matters.
  if (inside !== undefined && engine === undefined && engineProblem === undefined) return insideText(inside);
  const lines =
    engine !== undefined
      ? [`${engine.kind === 'podman' ? 'Podman' : 'Docker'} ${printable(engine.version)}`]
      : engineProblem === undefined
        ? []
        : [printable(engineProblem.message), `  ${printable(engineProblem.mend)}`];
  if (engine === undefined && inside !== undefined)
    lines.push('This machine is itself a container, one that Lockstep did not make.');
  const told = `${lines.map(line => `${line}\n`).join('')}${stateText(state)}`;
  return python === undefined ? told : `${told}${pythonStatusText(python)}`;
}

function insideText({ identity }: Inside): string {
  const container = identity?.container;
  if (container === undefined) return 'This is the inside of a container that Lockstep did not make.\n';
  const name = container.name ?? container.id.slice(0, 12);
  return [
    'This is the inside of the devcontainer.',
    ...(name === ''
      ? []
      : [`Container ${printable(name)} of ${container.engine} ${container.engineVersion ?? ''}`.trim()]),
    ...(container.imageId === '' ? [] : [`Image ${container.imageId.slice(0, 19)}`]),
    ...(container.gpu === undefined ? [] : [printable(container.gpu)]),
    '',
  ].join('\n');
}
