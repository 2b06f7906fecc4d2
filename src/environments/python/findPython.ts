/** Finds a Python of a given version on this machine: the very one, else one of the same minor version. */
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { minorOf } from './errors.ts';
import { probePython } from './pythonProbe.ts';

export interface PythonQuestion {
  /** `3.11.7`. */
  readonly version: string;
  /** `cpython`; any where it is left out. */
  readonly implementation?: string | undefined;
  /** Looked at first: where it was. Absolute. */
  readonly hints?: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface FoundPython {
  readonly path: string;
  readonly version: string;
}

/** Undefined where there is none. Rejects only when aborted. */
export async function findPython(question: PythonQuestion): Promise<FoundPython | undefined> {
  const minor = minorOf(question.version);
  let near: FoundPython | undefined;
  for (const path of await candidates(question, minor)) {
    const facts = await probePython(path, question).catch(() => undefined);
    question.signal?.throwIfAborted();
    if (facts === undefined || minorOf(facts.version) !== minor) continue;
    if (question.implementation !== undefined && facts.implementation !== question.implementation) continue;
    if (facts.version === question.version) return { path, version: facts.version };
    near ??= { path, version: facts.version };
  }
  return near;
}

async function candidates({ hints, variables }: PythonQuestion, minor: string): Promise<string[]> {
  const windows = process.platform === 'win32';
  const home = variables['HOME'] ?? variables['USERPROFILE'] ?? homedir();
  const data = variables['XDG_DATA_HOME'] ?? join(home, '.local', 'share');
  const names = windows ? ['python.exe'] : [`python${minor}`, 'python3', 'python'];
  const all = (variables['PATH'] ?? variables['Path'] ?? '').split(delimiter).filter(isAbsolute);
  const path = all
    // A shim stands for versions that are looked at themselves.
    .filter(folder => !isShims(folder));
  const folders = [...path, '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin'];
  const program = windows ? ['python.exe'] : ['bin', `python${minor}`];
  const kept = [
    variables['UV_PYTHON_INSTALL_DIR'] ?? join(data, 'uv', 'python'),
    join(variables['PYENV_ROOT'] ?? join(home, '.pyenv'), 'versions'),
    ...all.filter(isShims).map(folder => join(dirname(folder), 'versions')),
  ];
  const versions = await Promise.all(
    kept.map(async folder =>
      (await readdir(folder).catch(() => []))
        .filter(name => name.includes(minor))
        .sort()
        .reverse()
        .map(name => join(folder, name, ...program)),
    ),
  );
  return [
    ...new Set([
      ...(hints ?? []),
      ...versions.flat(),
      ...folders.flatMap(folder => names.map(name => join(folder, name))),
    ]),
  ];
}

/** pyenv's programs that choose a version when they are started. */
function isShims(folder: string): boolean {
  return /[/\\]shims$/.test(folder);
}
