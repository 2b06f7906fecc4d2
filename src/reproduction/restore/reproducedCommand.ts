/** The words of a recorded command with the Python that a reproduction runs it with. */
import { isAbsolute, join, resolve } from 'node:path';
import { interpreterIn } from '../../environments/python/pythonEnvironment.ts';
import { readCommandWords } from '../../execution/capture/commandWords.ts';
import { ownEnvironments } from '../../execution/python/projectInterpreter.ts';
import { pythonCommand } from '../../execution/python/pythonCommand.ts';
import type { PythonCommand } from '../../execution/python/pythonCommand.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import { isManagedFolder } from './environmentFolders.ts';
import type { PreparationRequest } from './prepareReproduction.ts';
import type { RebuiltEnvironment } from './rebuiltEnvironment.ts';
import { isInside } from './relocatePaths.ts';

/** In the environment made once more, or in the managed one that the run had. */
export function managedCommand(
  { argv, environment }: Pick<PreparationRequest, 'argv' | 'environment'>,
  plan: Plan,
  rebuilt: RebuiltEnvironment | undefined,
  recordedFolders: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): PythonCommand | undefined {
  const recorded = plan.environment.kind === 'python' ? plan.environment.python : undefined;
  const folder = rebuilt?.folder ?? recorded?.folder;
  if (folder === undefined) return undefined;
  return pythonCommand({
    argv,
    cwd: join(plan.root, plan.cwd),
    variables: { ...environment, ...variables },
    python: { folder, interpreter: rebuilt?.interpreter ?? recorded?.interpreter ?? interpreterIn(folder) },
    instead: [
      ...recordedFolders.filter(isManagedFolder),
      ...(recorded === undefined ? [] : ownEnvironments(plan.root)),
    ],
  });
}

/** Python by the recorded path, whatever `python` means on PATH today. */
export function withRecordedInterpreter(
  argv: readonly string[],
  plan: Plan,
  environmentFolders: readonly string[],
): string[] {
  const interpreter = knownValue(plan.interpreter);
  const words = readCommandWords(argv);
  const at = words.interpreter;
  return argv.map((word, index) => {
    if (index === at && interpreter !== undefined && words.launchers.length === 0) return interpreter.path;
    // A program of the environment by a relative path: .venv/bin/torchrun.
    if (index !== 0 || isAbsolute(word) || !word.includes('/')) return word;
    const program = resolve(plan.root, plan.cwd, word);
    return environmentFolders.some(folder => isInside(program, folder)) ? program : word;
  });
}
