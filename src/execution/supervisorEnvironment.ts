/** The environment of the supervisor itself: the launcher's without what would change Node, and with its mark. */
import { join } from 'node:path';

/** Stands in the environment of every supervisor: the run it watches over. No other run's tree may include it. */
export const supervisorVariable = 'LOCKSTEP_SUPERVISOR';

const changesNode = /^(?:NODE_|ELECTRON_|VSCODE_|LOCKSTEP_RUN_ID$|LOCKSTEP_METRICS$)/;

/** @param folder Of the installed bundle: Node keeps what it compiled of it there. */
export function supervisorEnvironment(
  launcher: NodeJS.ProcessEnv,
  runId: string,
  folder: string | undefined,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(launcher))
    if (!changesNode.test(name)) environment[name] = value;
  environment[supervisorVariable] = runId;
  if (folder !== undefined) environment['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
  // Inside the editor `process.execPath` is the editor: this makes it a plain Node, and means nothing to one.
  environment['ELECTRON_RUN_AS_NODE'] = '1';
  return environment;
}
