/**
 * Which Python a run of this folder uses: the setting, else what the Python extension has selected, else a virtual
 * environment in the folder or the repository, else PATH. Looks at files only; starts nothing.
 */
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { FoundInterpreter } from './launchRequests.ts';

export async function findInterpreter(request: {
  readonly folder: string;
  readonly root: string;
  readonly setting: string;
  readonly selected: string | undefined;
}): Promise<FoundInterpreter | undefined> {
  const { folder, root, setting, selected } = request;
  if (setting !== '')
    return { path: isAbsolute(setting) ? setting : join(folder, setting), source: 'setting' };
  if (selected !== undefined && (await isProgram(selected)))
    return { path: selected, source: 'python-extension' };
  for (const parent of new Set([folder, root]))
    for (const name of ['.venv', 'venv', 'env']) {
      const path = join(parent, name, ...insideEnvironment);
      if (await isProgram(path)) return { path, source: 'folder' };
    }
  for (const directory of (process.env['PATH'] ?? '').split(delimiter))
    for (const name of onPath) {
      const path = join(directory, name);
      if (isAbsolute(path) && (await isProgram(path))) return { path, source: 'path' };
    }
  return undefined;
}

const windows = process.platform === 'win32';
const insideEnvironment = windows ? ['Scripts', 'python.exe'] : ['bin', 'python'];
const onPath = windows ? ['python.exe', 'python3.exe'] : ['python3', 'python'];

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
