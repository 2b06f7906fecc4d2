/**
 * Makes a command use a managed Python environment in place of the one it would have found: the interpreter and
 * programs of the environment by their path, everything else through PATH.
 */
import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { programName, readCommandWords } from '../capture/commandWords.ts';

export interface ManagedPython {
  /** Of the environment, absolute. */
  readonly folder: string;
  readonly interpreter: string;
  /** Folders of the project that hold editable packages, absolute. */
  readonly folders?: readonly string[];
}

export interface PythonCommandQuestion {
  readonly argv: readonly string[];
  /** Absolute folder the command runs in. */
  readonly cwd: string;
  /** Its environment; PATH and PYTHONPATH matter. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly python: ManagedPython;
  /** Environments that this one stands in for: paths into them lead into it. Absolute. */
  readonly instead: readonly string[];
}

export interface PythonCommand {
  readonly argv: string[];
  /** Set over the environment; undefined removes. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Launchers that choose an environment themselves: the command runs without them. */
const choosers = new Set(['uv', 'poetry', 'pipenv', 'conda', 'pixi', 'rye', 'hatch', 'pdm']);

export function pythonCommand(question: PythonCommandQuestion): PythonCommand {
  const { variables, python, instead } = question;
  const programs = dirname(python.interpreter);
  const path = (variables['PATH'] ?? '')
    .split(delimiter)
    .filter(part => part !== '' && part !== programs && !instead.some(folder => isWithin(part, folder)));
  const modules = [...(python.folders ?? []), ...(variables['PYTHONPATH'] ?? '').split(delimiter)];
  const pythonPath = [...new Set(modules.filter(part => part !== ''))].join(delimiter);
  return {
    argv: argvOf(question, programs),
    variables: {
      PATH: [programs, ...path].join(delimiter),
      // Libraries look for what conda installed by this name.
      ...(existsSync(join(python.folder, 'conda-meta'))
        ? { CONDA_PREFIX: python.folder, VIRTUAL_ENV: undefined }
        : { CONDA_PREFIX: undefined, VIRTUAL_ENV: python.folder }),
      CONDA_DEFAULT_ENV: undefined,
      PYTHONHOME: undefined,
      ...((python.folders ?? []).length === 0 ? {} : { PYTHONPATH: pythonPath }),
    },
  };
}

function argvOf({ argv, cwd, python, instead }: PythonCommandQuestion, programs: string): string[] {
  const words = readCommandWords(argv);
  const moved = argv.map((word, index) => {
    if (index === words.interpreter) return python.interpreter;
    if (index === 0 && !isAbsolute(word) && word.includes('/')) {
      const program = resolve(cwd, word);
      return instead.some(folder => isWithin(program, folder)) ? join(programs, programName(word)) : word;
    }
    const folder = isAbsolute(word) ? instead.find(one => isWithin(word, one)) : undefined;
    return folder === undefined ? word : join(python.folder, relative(folder, word));
  });
  const [outer] = words.launchers;
  if (outer === undefined || !choosers.has(outer)) return moved;
  const start = words.interpreter ?? words.script;
  if (start === undefined) return moved;
  // A module behind -m, or a script: `uv run train.py` needs no interpreter named.
  const inner = words.launchers.length > 1 ? innerStart(argv, words.launchers[1] ?? '') : undefined;
  const from = inner ?? start;
  const rest = moved.slice(from);
  return inner === undefined && words.interpreter === undefined && /\.pyw?$/.test(argv[from] ?? '')
    ? [python.interpreter, ...rest]
    : rest;
}

/** `uv run torchrun train.py`: the launcher inside stays. */
function innerStart(argv: readonly string[], launcher: string): number | undefined {
  const at = argv.findIndex((word, index) => index > 0 && programName(word) === launcher);
  return at < 0 ? undefined : at;
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
