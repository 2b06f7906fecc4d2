/** A Python environment as it is right now: its interpreter, who manages it, and every package, without starting pip. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Package } from '../../runs/captured.ts';
import { listCondaPackages, mergeConda } from './condaPackages.ts';
import { readEnvironmentConfig } from './environmentConfig.ts';
import type { EnvironmentConfig } from './environmentConfig.ts';
import { interpreterUnusable } from './errors.ts';
import { findPackageFolders } from './packageFolders.ts';
import { listInstalled, withContents } from './packages.ts';
import type { InstalledPackage } from './packages.ts';
import { probePython } from './pythonProbe.ts';
import type { PythonFacts } from './pythonProbe.ts';

export type PythonManager = 'uv' | 'venv' | 'conda' | 'pixi' | 'system';

export interface PythonEnvironment {
  /** As it is started; for a virtual environment the path inside it. Absolute. */
  readonly interpreter: string;
  readonly realPath: string;
  /** `3.11.7`. */
  readonly version: string;
  readonly implementation: string;
  readonly prefix: string;
  readonly manager: PythonManager;
  /** `linux-x86_64`, as Python's sysconfig names it. */
  readonly platform: string;
  /** Sorted by name, with `contents`. */
  readonly packages: readonly Package[];
  /** Those of them that lie in a folder with a record of their files. */
  readonly installed: readonly InstalledPackage[];
}

export interface EnvironmentQuestion {
  /** Absolute path of an interpreter. */
  readonly interpreter: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The user's cache folder for interpreter facts. */
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with `interpreter-unusable` when it is no Python that answers, or when aborted. */
export async function readPythonEnvironment(question: EnvironmentQuestion): Promise<PythonEnvironment> {
  const { interpreter, signal } = question;
  let facts: PythonFacts;
  try {
    facts = await probePython(interpreter, question);
  } catch (error) {
    signal?.throwIfAborted();
    throw interpreterUnusable(interpreter, error);
  }
  const config = await readEnvironmentConfig(interpreter);
  const prefix = config?.prefix ?? facts.prefix;
  const installed = await listInstalled(
    await findPackageFolders({ ...question, interpreter: { path: interpreter } }),
  );
  return {
    interpreter,
    realPath: await realpath(interpreter),
    version: facts.version,
    implementation: facts.implementation,
    prefix,
    manager: await managerOf(prefix, config),
    platform: pythonPlatform(),
    packages: mergeConda(await withContents(installed), await listCondaPackages(prefix)),
    installed,
  };
}

/** Told by what each leaves in the folder it manages. */
export async function managerOf(
  prefix: string,
  config: EnvironmentConfig | undefined,
): Promise<PythonManager> {
  if (config !== undefined) return config.values.has('uv') ? 'uv' : 'venv';
  if (!(await isFolder(join(prefix, 'conda-meta')))) return 'system';
  const pixi =
    /[/\\]\.pixi[/\\]envs[/\\]/.test(prefix) ||
    (await readdir(join(prefix, 'conda-meta'))).some(name => name.startsWith('pixi'));
  return pixi ? 'pixi' : 'conda';
}

const systems: Readonly<Record<string, string>> = { darwin: 'macosx', win32: 'win' };
const machines: Readonly<Record<string, string>> = { x64: 'x86_64', ia32: 'i686' };

/** Of this machine; wheels for another one cannot be installed here. */
export function pythonPlatform(): string {
  const { platform, arch } = process;
  if (platform === 'win32') return arch === 'x64' ? 'win-amd64' : `win-${arch}`;
  const machine = arch === 'arm64' && platform === 'linux' ? 'aarch64' : (machines[arch] ?? arch);
  return `${systems[platform] ?? platform}-${machine}`;
}

/** The interpreter in an environment's folder, where it would be. */
export function interpreterIn(prefix: string): string {
  return process.platform === 'win32' ? join(prefix, 'Scripts', 'python.exe') : join(prefix, 'bin', 'python');
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
