/** Finds a program as starting it would: with a slash relative to the folder, else along the command's own PATH. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

export interface ProgramPlace {
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Absolute, links not resolved (a link into a virtual environment is what matters); undefined when there is none. */
export async function findProgram(
  name: string,
  { cwd, variables }: ProgramPlace,
): Promise<string | undefined> {
  const windows = process.platform === 'win32';
  const endings = windows ? ['', ...(variables['PATHEXT'] ?? '.EXE;.CMD;.BAT;.COM').split(';')] : [''];
  if (name.includes('/') || (windows && name.includes('\\')))
    return firstProgram([resolve(cwd, name)], endings);
  const path = variables['PATH'] ?? variables['Path'] ?? (windows ? '' : '/usr/local/bin:/usr/bin:/bin');
  const folders = path.split(delimiter).map(folder => (isAbsolute(folder) ? folder : resolve(cwd, folder)));
  return firstProgram(
    folders.map(folder => join(folder, name)),
    endings,
  );
}

async function firstProgram(
  paths: readonly string[],
  endings: readonly string[],
): Promise<string | undefined> {
  for (const path of paths)
    for (const ending of endings) if (await isProgram(path + ending)) return path + ending;
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
