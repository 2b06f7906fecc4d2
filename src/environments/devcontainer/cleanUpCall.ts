/**
 * Takes away what a call of the devcontainer program leaves when it fails, is cancelled, or is killed with the command
 * that made it. Invariant: only what that call made goes. What was killed is found by a note that the call wrote, with
 * the turn of the devcontainer held, so that nobody works on it.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { signalProcessTree } from '../../base/processTree.ts';
import type { Engine } from '../engine/engine.ts';
import type { DevcontainerCall } from './callDevcontainer.ts';
import { CliSession } from './cliSession.ts';
import { findLabelled, inspectContainers, labelsOf, ownLabels, specificationLabels } from './containers.ts';
import type { InspectedContainer } from './containers.ts';
import { callMark } from './devcontainerProgram.ts';
import { engineCommand } from './engineCommand.ts';
import type { EngineCall } from './engineCommand.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import { wasNeverStarted } from './ourContainer.ts';
import { removeWorkingContainers } from './workingContainers.ts';

const noteSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** Containers that were there before; absent where they could not be listed, and nothing can be told to be new. */
  before: z.array(z.string()).optional(),
});

export async function noteCall(
  folder: EnvironmentFolder,
  note: { readonly id: string; readonly before: readonly string[] | undefined },
): Promise<void> {
  await writeJsonAtomic(folder.call, note, 0o600);
}

export async function forgetCall(folder: EnvironmentFolder): Promise<void> {
  await rm(folder.call, { force: true });
}

/**
 * Containers of this call that are of no use: of failed build steps, and of a start that failed or was cancelled. One
 * of the same project that another configuration or another tool made meanwhile is not among them.
 */
export async function cleanUpCall(
  call: DevcontainerCall,
  before: readonly string[] | undefined,
  session: CliSession | undefined,
  keepsRunning: boolean,
): Promise<void> {
  const { engine, variables } = call.request;
  const made = (await markedContainers(call)).filter(
    container => !keepsRunning || wasNeverStarted(container),
  );
  const steps = await stepContainers(engine, { variables }, before, session?.leftContainers ?? []);
  await remove(engine, { variables }, [...made, ...steps]);
}

/**
 * Ends what a killed call still has going (a client of the engine waits for its build), and removes the containers of
 * its steps. A container that it had made is left: it is used, or made anew where it never started.
 */
export async function cleanUpAfterKill(
  engine: Engine,
  engineCall: EngineCall,
  folder: EnvironmentFolder,
  temporary: string,
): Promise<void> {
  const note = await readNote(folder);
  if (note === undefined) return;
  const { id, before } = note;
  if (process.platform !== 'win32')
    await signalProcessTree({ root: { pid: 0 }, marker: callMark(id) }, 'SIGKILL');
  const session = new CliSession();
  for (const line of (await readFile(folder.log, 'utf8').catch(() => '')).split('\n')) session.take(line);
  await remove(engine, engineCall, await stepContainers(engine, engineCall, before, session.leftContainers));
  await removeWorkingContainers(engine, engineCall, join(temporary, id));
  await rm(join(temporary, id), { recursive: true, force: true }).catch(() => undefined);
  await forgetCall(folder);
}

async function readNote(folder: EnvironmentFolder): Promise<z.infer<typeof noteSchema> | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(folder.call, 'utf8')));
  } catch {
    return undefined;
  }
}

async function remove(
  engine: Engine,
  call: EngineCall,
  containers: readonly InspectedContainer[],
): Promise<void> {
  for (const { Id } of containers)
    // The engine may have taken it away by itself.
    await engineCommand(engine, ['rm', '--force', '--volumes', Id], call).catch(() => undefined);
}

/** Containers that a call made, by the label of the call. */
export async function markedContainers({
  devcontainer,
  request: { engine, variables },
  mark,
}: DevcontainerCall): Promise<InspectedContainer[]> {
  if (mark === undefined) return [];
  const found = await findLabelled(engine, `${ownLabels.call}=${mark}`, { variables }).catch(() => []);
  return found.filter(one => labelsOf(one)[specificationLabels.config] === devcontainer.path);
}

/** The ids come from what a build printed, and a build may print anything. */
async function stepContainers(
  engine: Engine,
  call: EngineCall,
  before: readonly string[] | undefined,
  ids: readonly string[],
): Promise<InspectedContainer[]> {
  if (before === undefined) return [];
  const found = await inspectContainers(engine, ids, call).catch(() => []);
  return found.filter(
    one =>
      !before.includes(one.Id) &&
      // Labels of the image, such as the metadata of the specification, a step has, too.
      !Object.keys(labelsOf(one)).some(label => notOfSteps.test(label)),
  );
}

const notOfSteps = /^(?:devcontainer\.(?:local_folder|config_file)$|lockstep\.)/;
