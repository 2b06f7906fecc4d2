/** The program that opens a shell inside the running devcontainer of a project, for a terminal of the editor. */
import { randomBytes } from 'node:crypto';
import type { EnvironmentRequest } from '../../../environments/devcontainer/environmentRequest.ts';
import { environmentState } from '../../../environments/devcontainer/environmentStateOf.ts';
import { containerMissing } from '../../../environments/devcontainer/errors.ts';
import { execCommand } from '../../../environments/devcontainer/execInEnvironment.ts';
import type { TerminalCommand } from './environmentRequests.ts';

/** Rejects where nothing of the project runs. */
export async function terminalInside(request: EnvironmentRequest): Promise<TerminalCommand> {
  const { engine, root } = request;
  const { container } = await environmentState({ ...request, withStale: false });
  if (container?.state !== 'running') throw containerMissing(root);
  const { words, environment } = execCommand(
    {
      ...{ engine, container, streams: { tty: true } },
      // A small image has no bash.
      argv: ['sh', '-c', 'if command -v bash >/dev/null; then exec bash -l; else exec sh -l; fi'],
    },
    randomBytes(8).toString('hex'),
  );
  return { program: engine.program, args: words, environment };
}
