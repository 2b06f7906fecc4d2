/** From words and variables to what the actions on a devcontainer are given. */
import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentRequest } from '../../../environments/devcontainer/environmentRequest.ts';
import { alreadyInside, engineNotUsable } from '../../../environments/devcontainer/errors.ts';
import type { GpuChoice } from '../../../environments/devcontainer/gpuRequest.ts';
import { insideContainer } from '../../../environments/devcontainer/insideContainer.ts';
import type { Engine } from '../../../environments/engine/engine.ts';
import { findEngine } from '../../../environments/engine/findEngine.ts';
import { devcontainerLockPath } from '../../../environments/environmentLock.ts';
import type { CliContext } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { envProgress } from '../../text/envProgress.ts';
import type { OpenEnvironment } from './openEnvironment.ts';

export interface EnvironmentFlags {
  readonly config?: string;
  readonly gpus?: string;
  readonly json?: true;
}

export function addConfigOption(command: Command): Command {
  return command.option('--config <path>', 'which devcontainer.json, where there are several');
}

export function addGpusOption(command: Command): Command {
  return command.option(
    '--gpus <which>',
    'only these GPUs (UUIDs or numbers, separated by commas), or none; otherwise what devcontainer.json asks for',
  );
}

/** Rejects with the engine's problem and its mend where none can be used. */
export async function environmentRequest(
  context: CliContext,
  { root, cacheFolder, environment }: OpenEnvironment,
  flags: EnvironmentFlags,
  signal: AbortSignal,
): Promise<EnvironmentRequest> {
  const engine = await usableEngine(environment, signal);
  const gpus = gpuChoice(flags.gpus);
  const lock = await lockHash(root);
  return {
    ...{ root, engine, cacheFolder, variables: environment, signal },
    onProgress: envProgress(context.terminal),
    ...(flags.config === undefined ? {} : { config: flags.config }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(lock === undefined ? {} : { lock }),
  };
}

export async function usableEngine(variables: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Engine> {
  const finding = await findEngine({ settings: {}, variables, signal });
  if (finding.engine === undefined) throw engineNotUsable(finding.problem);
  return finding.engine;
}

/** Throws `already-inside` in a container, whose own engine is the host's. */
export async function refuseInside(variables: NodeJS.ProcessEnv): Promise<void> {
  const inside = await insideContainer(variables);
  // A container of other people may have an engine of its own in it; one that we or VS Code attached to has not.
  if (inside !== undefined && !inside.sign.startsWith('/')) throw alreadyInside();
}

/** Throws `wrong-use` where nothing is named. */
export function gpuChoice(words: string | undefined): GpuChoice | undefined {
  if (words === undefined) return undefined;
  if (words === 'none') return 'none';
  const chosen = words
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
  if (chosen.length === 0)
    throw wrongUse('--gpus wants UUIDs or numbers of GPUs, separated by commas, or none', 'lockstep env up');
  return chosen;
}

async function lockHash(root: string): Promise<string | undefined> {
  const bytes = await readFile(join(root, devcontainerLockPath)).catch(() => undefined);
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
}
