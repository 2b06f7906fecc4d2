/** Where the environment locks of a project lie, and which of them a command means when nobody says. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { devcontainerLockPath, pythonLockPath } from '../environmentLock.ts';

export type LockKind = 'devcontainer' | 'python';

/** Absolute path of the lock of `kind` in the project `root`; the file may not exist. */
export function lockPath(root: string, kind: LockKind): string {
  return join(root, kind === 'devcontainer' ? devcontainerLockPath : pythonLockPath);
}

/** Places of a devcontainer.json that need no choice, by the Dev Container specification. */
const configurations = ['.devcontainer/devcontainer.json', '.devcontainer.json'];

/**
 * The kind of environment that the project has: a devcontainer where it is configured, else Python. A lock that is
 * there decides before a configuration does.
 */
export function lockKindOf(root: string): LockKind {
  if (existsSync(lockPath(root, 'devcontainer'))) return 'devcontainer';
  if (existsSync(lockPath(root, 'python'))) return 'python';
  return configurations.some(path => existsSync(join(root, path))) ? 'devcontainer' : 'python';
}
