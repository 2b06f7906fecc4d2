/** Whether a container has the user that somebody named: engines say so in words and codes that differ. */
import type { Engine } from '../engine/engine.ts';
import { runCommand } from '../../base/runCommand.ts';
import { engineProcess } from './engineCommand.ts';
import type { EngineCall } from './engineCommand.ts';
import type { ContainerState } from './environmentState.ts';
import { engineRefused, userNotInContainer } from './errors.ts';

/** @param user Name or number, with a group where there is a colon. Rejects with `user-not-in-container`. */
export async function checkUser(
  engine: Engine,
  { id, name }: Pick<ContainerState, 'id' | 'name'>,
  user: string,
  call: EngineCall,
): Promise<void> {
  const words = ['exec', '--user', user, id, '/bin/sh', '-c', ':'];
  const { exitCode, stdout, stderr } = await runCommand(engineProcess(engine, words, call));
  if (exitCode === 0) return;
  // Docker's words come on standard output, where those of the command would.
  const said = `${stdout.toString('utf8')}${stderr}`.trim();
  if (/unable to find (?:user|group)|no matching entries|no such (?:user|group)/i.test(said))
    throw userNotInContainer(user, name);
  throw engineRefused(`${engine.kind} exec`, said.split('\n').at(-1) ?? '');
}
