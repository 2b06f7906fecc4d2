/** The Python of a project when nobody names one: what `python` would be in a run, or the project's own environment. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { noInterpreter } from '../../environments/python/errors.ts';
import { interpreterIn } from '../../environments/python/pythonEnvironment.ts';
import { knownValue } from '../../runs/known.ts';
import { captureInterpreter } from '../capture/interpreter.ts';

export interface InterpreterPlace {
  readonly root: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where uv, venv and pixi put a project's environment; they need not be there. Absolute. */
export function ownEnvironments(root: string): string[] {
  return [join(root, '.venv'), join(root, 'venv'), join(root, '.pixi', 'envs', 'default')];
}

/**
 * An activated environment first, then one in the project's folder, then `python` on PATH. Absolute.
 * Rejects with `interpreter-not-found`, or when aborted.
 */
export async function projectInterpreter({
  root,
  variables,
  cacheDir,
  signal,
}: InterpreterPlace): Promise<string> {
  const onPath = async (): Promise<string | undefined> => {
    for (const name of ['python', 'python3']) {
      const found = await captureInterpreter({ argv: [name], cwd: root, variables, cacheDir, signal });
      const path = knownValue(found)?.path;
      if (path !== undefined) return path;
    }
    return undefined;
  };
  const active = variables['VIRTUAL_ENV'] !== undefined || variables['CONDA_PREFIX'] !== undefined;
  const path = active ? await onPath() : ((await ownInterpreter(root)) ?? (await onPath()));
  if (path === undefined) throw noInterpreter();
  return path;
}

async function ownInterpreter(root: string): Promise<string | undefined> {
  for (const folder of ownEnvironments(root)) {
    const path = interpreterIn(folder);
    if (await isFile(path)) return path;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}
