/** The smoke test of a container that has just come up: its outcome is kept, and a GPU that was required and is not there is a failure. */
import { runCommand } from '../../base/runCommand.ts';
import { smokeTest } from '../gpu/smokeTest.ts';
import { noteOfContainer } from './containerNotes.ts';
import { engineProcess } from './engineCommand.ts';
import type { EnvironmentFolder } from './environmentFolder.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';
import type { ContainerState, SmokeTest } from './environmentState.ts';
import { execCommand } from './execInEnvironment.ts';
import type { PreparedUp } from './prepareUp.ts';

export async function lookAtGpu(
  request: EnvironmentRequest,
  folder: EnvironmentFolder,
  container: ContainerState,
  prepared: Pick<PreparedUp, 'expectsGpu' | 'passing'>,
): Promise<SmokeTest> {
  const { engine, variables, signal } = request;
  request.onProgress?.({ kind: 'phase', phase: 'smoke-test' });
  const exec: Parameters<typeof smokeTest>[0] = async argv => {
    const [program = '', ...rest] = argv;
    const { words, environment } = execCommand(
      {
        ...{ engine, container, argv: [program, ...rest] },
        streams: { tty: false, stdin: 'empty', stdout: process.stdout, stderr: process.stderr },
      },
      'smoke-test',
    );
    const outcome = await runCommand(
      engineProcess(engine, words, {
        ...{ signal, timeoutMs: 120_000 },
        variables: { ...variables, ...environment },
      }),
    );
    return { exitCode: outcome.exitCode, stdout: outcome.stdout.toString('utf8'), stderr: outcome.stderr };
  };
  const outcome = await smokeTest(exec, prepared.expectsGpu, prepared.passing.vendor);
  await noteOfContainer(folder, container.id, { smokeTest: outcome });
  return outcome;
}
