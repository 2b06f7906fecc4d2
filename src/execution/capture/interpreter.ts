/**
 * Finds the Python interpreter that a command will use, before it runs: named in the command, behind a launcher
 * (`uv run`, `poetry run`, `conda run`, `torchrun`), or in the first line of a script. The path stays the one inside
 * the virtual environment, because that is what decides which packages are seen.
 */
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import type * as z from 'zod';
import { findProgram } from '../../base/findProgram.ts';
import { errorText } from '../../base/systemError.ts';
import { readEnvironmentConfig } from '../../environments/python/environmentConfig.ts';
import { probePython } from '../../environments/python/pythonProbe.ts';
import { captured, declared, unknown, type Known } from '../../runs/known.ts';
import type { interpreterSchema } from '../../runs/plan.ts';
import { isPythonName, programName, readCommandWords } from './commandWords.ts';

export type Interpreter = z.infer<typeof interpreterSchema>;

export interface InterpreterQuestion {
  readonly argv: readonly string[];
  /** Absolute folder the command runs in. */
  readonly cwd: string;
  /** The environment of the command. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The user's cache folder for interpreter facts; without it a process is started each time. */
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The interpreter, `declared` where a launcher may still choose another one, `unknown` when the command is not Python
 * or its interpreter cannot be found. Rejects only when aborted.
 */
export async function captureInterpreter(question: InterpreterQuestion): Promise<Known<Interpreter>> {
  try {
    const found = await findInterpreter(question);
    if (found === undefined) return unknown('the command names no Python interpreter');
    const interpreter = await describe(found.path, question);
    return found.certain ? captured(interpreter) : declared(interpreter, found.reason);
  } catch (error) {
    question.signal?.throwIfAborted();
    return unknown(`the interpreter could not be read: ${errorText(error)}`);
  }
}

interface Found {
  readonly path: string;
  readonly certain: boolean;
  readonly reason?: string;
}

async function findInterpreter(question: InterpreterQuestion): Promise<Found | undefined> {
  const { argv } = question;
  const words = readCommandWords(argv);
  const environment = await launcherEnvironment(question, words.launchers);
  if (words.interpreter !== undefined) {
    const word = argv[words.interpreter] ?? '';
    const named = environment === undefined ? undefined : await pythonIn(environment.prefix);
    if (named !== undefined && !word.includes('/')) return { path: named, ...confidence(environment) };
    const path = await lookUp(word, question);
    return path === undefined ? undefined : { path, certain: true };
  }
  if (environment !== undefined) {
    const path = await pythonIn(environment.prefix);
    if (path !== undefined) return { path, ...confidence(environment) };
  }
  // A program of its own: a script with a first line, or a console script (torchrun, accelerate, a package's command).
  for (const index of new Set([0, words.script ?? 0])) {
    const word = argv[index];
    if (word === undefined) continue;
    const program = await lookUp(word, question);
    const path = program === undefined ? undefined : await interpreterOfScript(program, question);
    if (path !== undefined) return { path, certain: true };
  }
  if (words.script !== undefined && /\.pyw?$/.test(argv[words.script] ?? '') && words.launchers.length > 0) {
    const path = await lookUp('python3', question);
    if (path !== undefined)
      return { path, certain: false, reason: `${words.launchers.join(', ')} chooses the interpreter` };
  }
  return undefined;
}

interface Environment {
  readonly prefix: string;
  readonly reason?: string;
}

function confidence(environment: Environment | undefined): { certain: boolean; reason?: string } {
  return environment?.reason === undefined
    ? { certain: true }
    : { certain: false, reason: environment.reason };
}

/** The environment that `uv run` and its like would use, as far as files tell. */
async function launcherEnvironment(
  { argv, cwd, variables }: InterpreterQuestion,
  launchers: readonly string[],
): Promise<Environment | undefined> {
  const [outer] = launchers;
  if (outer === 'uv') {
    const named = variables['UV_PROJECT_ENVIRONMENT'];
    const project = await nearest(cwd, 'pyproject.toml');
    const prefix = named === undefined ? join(project ?? cwd, '.venv') : resolve(project ?? cwd, named);
    return { prefix, reason: 'uv may choose or create another environment' };
  }
  if (outer === 'conda') {
    const option = argv.findIndex(
      word => word === '-n' || word === '--name' || word === '-p' || word === '--prefix',
    );
    const value = argv[option + 1];
    if (option < 0 || value === undefined) return undefined;
    if (argv[option] === '-p' || argv[option] === '--prefix') return { prefix: resolve(cwd, value) };
    for (const folder of condaFolders(variables)) {
      const prefix = value === 'base' ? dirname(folder) : join(folder, value);
      if (await isFolder(prefix)) return { prefix };
    }
    return undefined;
  }
  if (outer === 'poetry' || outer === 'pdm' || outer === 'pipenv' || outer === 'rye' || outer === 'hatch') {
    const project = (await nearest(cwd, 'pyproject.toml')) ?? cwd;
    const prefix = variables['VIRTUAL_ENV'] ?? join(project, '.venv');
    return { prefix, reason: `${outer} may use another environment` };
  }
  if (outer === 'pixi') {
    const project = (await nearest(cwd, 'pixi.toml')) ?? (await nearest(cwd, 'pyproject.toml')) ?? cwd;
    return { prefix: join(project, '.pixi', 'envs', 'default'), reason: 'pixi may use another environment' };
  }
  return undefined;
}

function condaFolders(variables: Readonly<Record<string, string | undefined>>): string[] {
  const home = variables['HOME'] ?? variables['USERPROFILE'] ?? '';
  const roots = [variables['MAMBA_ROOT_PREFIX'], variables['CONDA_ROOT']];
  const executable = variables['CONDA_EXE'];
  if (executable !== undefined) roots.push(dirname(dirname(executable)));
  for (const name of ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba', '.conda'])
    roots.push(join(home, name));
  roots.push('/opt/conda');
  return [
    ...(variables['CONDA_ENVS_PATH'] ?? '').split(delimiter).filter(path => path !== ''),
    ...roots.filter(root => root !== undefined).map(root => join(root, 'envs')),
  ];
}

async function pythonIn(prefix: string): Promise<string | undefined> {
  const names =
    process.platform === 'win32'
      ? [['Scripts', 'python.exe'], ['python.exe']]
      : [
          ['bin', 'python'],
          ['bin', 'python3'],
        ];
  for (const name of names) {
    const path = join(prefix, ...name);
    if (await isFile(path)) return path;
  }
  return undefined;
}

/** The absolute path of a program as the command would find it, a pyenv shim replaced by what it stands for. */
async function lookUp(word: string, { cwd, variables }: InterpreterQuestion): Promise<string | undefined> {
  const path = await findProgram(word, { cwd, variables });
  return path === undefined ? undefined : await behindShim(path, cwd, variables);
}

/** pyenv's shims are shell scripts that choose by PYENV_VERSION, `.python-version` files and a global file. */
async function behindShim(
  path: string,
  cwd: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const folder = dirname(path);
  const root = dirname(folder);
  if (!folder.endsWith('shims') || !(await isFolder(join(root, 'versions')))) return path;
  const local = await nearest(cwd, '.python-version');
  const texts = [
    variables['PYENV_VERSION']?.replaceAll(':', '\n'),
    local === undefined
      ? undefined
      : await readFile(join(local, '.python-version'), 'utf8').catch(() => undefined),
    await readFile(join(root, 'version'), 'utf8').catch(() => undefined),
  ];
  const chosen = texts.find(text => text !== undefined && text.trim() !== '') ?? '';
  for (const line of chosen.split(/\s+/)) {
    const candidate = join(root, 'versions', line.replace(/^python-/, ''), 'bin', programName(path));
    if (line !== '' && (await isFile(candidate))) return candidate;
  }
  return path;
}

/** The interpreter of a script's first line, `#!/usr/bin/env python3` and long-path `/bin/sh` forms included. */
async function interpreterOfScript(path: string, question: InterpreterQuestion): Promise<string | undefined> {
  const head = await readHead(path);
  if (!head.startsWith('#!')) return undefined;
  const [first = '', second = ''] = head.split('\n');
  const words = first.slice(2).trim().split(/\s+/);
  // pip and uv write this when the path is too long for a first line or has a blank.
  const longPath = /^'''exec' (?:"([^"]+)"|'([^']+)'|(\S+)) /.exec(second);
  if (longPath !== null) return longPath[1] ?? longPath[2] ?? longPath[3];
  const program = words[0] ?? '';
  if (programName(program) === 'env') {
    const named = words.slice(1).find(word => !word.startsWith('-') && !word.includes('='));
    return named === undefined || !isPythonName(named) ? undefined : await lookUp(named, question);
  }
  if (!isPythonName(program)) return undefined;
  return isAbsolute(program) ? program : resolve(dirname(path), program);
}

async function describe(path: string, question: InterpreterQuestion): Promise<Interpreter> {
  const realPath = await realpath(path);
  const config = await readEnvironmentConfig(path);
  // A virtual environment says its version itself, so nothing needs to be started.
  const version = config?.values.get('version_info') ?? config?.values.get('version');
  if (config !== undefined && version !== undefined && /^\d+\.\d+\.\d+/.test(version)) {
    const implementation = config.values.get('implementation')?.toLowerCase() ?? 'cpython';
    return {
      path,
      realPath,
      version: version.replace(/\.final\.0$/, ''),
      implementation,
      prefix: config.prefix,
    };
  }
  const facts = await probePython(path, question);
  const prefix = config?.prefix ?? facts.prefix;
  return { path, realPath, version: facts.version, implementation: facts.implementation, prefix };
}

async function nearest(start: string, name: string): Promise<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    if (await isFile(join(folder, name))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function readHead(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(1024);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
