/** Whether a container has the user that somebody named: engines say so in words and codes that differ. */
import type { Engine } from '../engine/engine.ts';
import { engineCommand } from './engineCommand.ts';
import type { EngineCall } from './engineCommand.ts';
import type { ContainerState } from './environmentState.ts';
import { userNotInContainer } from './errors.ts';

/** @param user Name or number, with a group where there is a colon. Rejects with `user-not-in-container`. */
export async function checkUser(
  engine: Engine,
  { id, name }: Pick<ContainerState, 'id' | 'name'>,
  user: string,
  call: EngineCall,
): Promise<void> {
  try {
    await engineCommand(engine, ['exec', '--user', user, id, '/bin/sh', '-c', ':'], call);
  } catch (error) {
    if (
      error instanceof Error &&
      /unable to find (?:user|group)|no matching entries|no such (?:user|group)/i.test(error.message)
    )
      throw userNotInContainer(user, name);
    throw error;
  }
}
