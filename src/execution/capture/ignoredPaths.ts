/**
 * Which files are never inputs or outputs of a run, however they are used: the system, the interpreter and its
 * packages, caches, and places that hold credentials (not even their names or hashes are recorded).
 */
import { isAbsolute, sep } from 'node:path';
import { isOfToolsInHome } from './homeFolders.ts';

const systemFolders = [
  ...['/proc', '/sys', '/dev', '/etc', '/run', '/usr', '/lib', '/lib32', '/lib64', '/bin', '/sbin', '/boot'],
  ...[
    '/var/lib',
    '/var/run',
    '/var/cache',
    '/var/log',
    '/System',
    '/Library',
    '/private/etc',
    '/private/var/db',
  ],
  ...['/opt/homebrew', '/opt/conda', '/nix/store', '/snap'],
];

/** Names of folders, wherever they lie. */
const ignoredFolders = new Set([
  ...['site-packages', 'dist-packages', '__pycache__', '.git', '.hg', '.svn', 'node_modules', '.lockstep'],
  ...['.mypy_cache', '.pytest_cache', '.ruff_cache', '.ipynb_checkpoints', '.ipython', '.jupyter', '.vscode'],
  ...[
    '.vscode-server',
    '.venv',
    '.tox',
    '.nox',
    '.eggs',
    '.ssh',
    '.aws',
    '.gnupg',
    '.kube',
    '.docker',
    '.azure',
  ],
  ...['.conda', '.pixi', '.triton', 'torch_compile_cache'],
]);
const secretNames =
  /^(?:\.env(?:\..*)?|\.netrc|_netrc|\.pypirc|\.git-credentials|\.npmrc|token|stored_tokens|.*\.pem|id_(?:rsa|ed25519|ecdsa))$/;
const ignoredNames = /^(?:pyvenv\.cfg|\.DS_Store|.*\.py[co])$/;

/** Below folders of the system: disks, network shares, and memory that programs use as a disk. */
const keptInSystem = /^\/(?:dev\/shm|run\/media|run\/user\/\d+\/gvfs)\//;
/** In memory libraries pass data between their own processes. */
const passedOn =
  /^\/dev\/shm\/(?:sem\.|psm_|wnsm_|torch_|pymp-|mp-|nccl-|cuda|cuda\.|joblib_memmapping|loky|ray|plasma|ucx|vader_segment|lttng|pulse-shm|PostgreSQL|\.org\.chromium)/;

export interface IgnoredPathsOptions {
  /** sys.prefix, its base and other folders of environments; absolute. */
  readonly environments?: readonly string[];
  /** Home folder of the user, absolute. */
  readonly home?: string | undefined;
  /** Further folders that are ours: the store, the run folder. */
  readonly own?: readonly string[];
  /** Absolute root of the project: what lies below it is judged by names alone, wherever the project lies. */
  readonly root: string;
}

/** A test for absolute paths. */
export function ignoredPaths(options: IgnoredPathsOptions): (path: string) => boolean {
  // An environment that holds the project itself (made in its root) says nothing about the project's files.
  const environments = (options.environments ?? []).filter(folder => !isBelow(options.root, folder));
  const never = [...environments, ...(options.own ?? [])];
  const { home } = options;
  return path => {
    if (never.some(folder => isBelow(path, folder))) return true;
    const inside = isBelow(path, options.root);
    const names = (inside ? path.slice(options.root.length) : path).split(/[/\\]/);
    const name = names.pop() ?? '';
    if (secretNames.test(name) || ignoredNames.test(name)) return true;
    if (names.some(folder => ignoredFolders.has(folder)) || isOfDvc(names.join('/'))) return true;
    if (inside) return false;
    if (home !== undefined && home !== sep && path !== home && isBelow(path, home)) {
      if (isOfToolsInHome(path.slice(home.length + 1).replaceAll('\\', '/'))) return true;
      // Accounts of services have theirs in /var/lib.
      if (isOfSystem(home)) return false;
    }
    if (keptInSystem.test(path)) return passedOn.test(path);
    return isOfSystem(path);
  };
}

function isOfSystem(path: string): boolean {
  return systemFolders.some(folder => isBelow(path, folder));
}

/** Of a file by its name: `.env` and its kin, keys, tokens. Of these the content, and its hash, stay where they are. */
export function holdsSecrets(path: string): boolean {
  return secretNames.test(path.split(/[/\\]/).at(-1) ?? '');
}

/** What DVC writes for itself beside whatever uses it (locks, links, its index), by the path of a file or folder. */
export function isOfDvc(path: string): boolean {
  return /(?:^|\/)\.dvc\/tmp(?:\/|$)|^(?:\/private)?\/var\/tmp\/dvc(?:\/|$)/.test(path.replaceAll('\\', '/'));
}

/** True for the folder itself and everything in it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** `/usr` and `/` hold more than an environment. */
export function isEnvironmentPrefix(prefix: string): boolean {
  return isAbsolute(prefix) && !['/', '/usr', '/usr/local'].includes(prefix);
}
