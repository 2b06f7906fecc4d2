/** Makes the lock of a Python environment: what is installed, with hashes from wherever they are known. */
import type { EnvironmentLock, LockedPackage } from '../environmentLock.ts';
import { lockVersion } from '../environmentLock.ts';
import { lockPath } from '../lock/lockPaths.ts';
import { readLock } from '../lock/readLock.ts';
import { writeLock } from '../lock/writeLock.ts';
import type { WrittenLock } from '../lock/writeLock.ts';
import { findEditedPackages } from './editedFiles.ts';
import type { EditedPackage } from './editedFiles.ts';
import { askIndex } from './indexHashes.ts';
import { deviceIndexes, readIndexSettings } from './indexSettings.ts';
import { hashKey, lockPython } from './lockPython.ts';
import { requireOwnEnvironment } from './ownEnvironment.ts';
import { printableList } from './printableList.ts';
import { readProjectHashes } from './projectHashes.ts';
import { readPythonEnvironment } from './pythonEnvironment.ts';
import { planRebuild } from './rebuildPlan.ts';

export interface LockQuestion {
  /** Of the project. Absolute. */
  readonly root: string;
  readonly interpreter: string;
  /** Nobody named the interpreter: then it must be an environment of this project, or at least have its packages. */
  readonly found?: boolean;
  readonly toolVersion: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cacheDir?: string | undefined;
  /** Do not ask the index. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface LockedProject extends WrittenLock {
  readonly interpreter: string;
  /** What makes the lock weaker than it could be, a sentence each. */
  readonly notes: readonly string[];
}

/** Rejects with `interpreter-unusable`, `environment-of-project-missing`, `lock-not-writable`, or when aborted. */
export async function lockPythonProject(question: LockQuestion): Promise<LockedProject> {
  const { root, interpreter, variables, signal } = question;
  const environment = await readPythonEnvironment(question);
  const notes: string[] = [];
  const doubt = question.found === true ? await requireOwnEnvironment(environment, root, signal) : undefined;
  if (doubt !== undefined) notes.push(doubt);
  const edited = await findEditedPackages(environment.installed, environment.prefix, {
    touched: true,
    signal,
  });
  if (edited.length > 0)
    notes.push(
      `Edited by hand, so that installing the lock gives other files: ${printableList(edited.map(editedText))}. Install ${edited.length === 1 ? 'it' : 'them'} again, or keep the change in the project.`,
    );
  const path = lockPath(root, 'python');
  const hashes = await readProjectHashes(root);
  const known = lockPython(environment, root, hashes);
  const before = (await readLock(path).catch(() => undefined))?.lock.python?.packages ?? [];
  const packages = keepHashes(known.packages, before);
  const lacking = packages.filter(
    one => one.hashes === undefined && one.url === undefined && one.installer === undefined && !one.editable,
  );
  if (question.offline !== true && lacking.length > 0) {
    const settings = await readIndexSettings([interpreter, '-m', 'pip'], variables, signal);
    const answer = await askIndex({
      ...{ interpreter, variables, signal },
      indexes: [...settings.indexes, ...deviceIndexes(lacking.map(one => one.version))],
      packages: lacking,
    });
    for (const [key, found] of answer.hashes) hashes.set(key, found);
    if (answer.problem !== undefined) notes.push(sentence(answer.problem));
  }
  const python = { ...known, packages: packages.map(one => withHashes(one, hashes)) };
  const { impossible } = planRebuild(python, root);
  if (impossible.length > 0)
    notes.push(
      `Elsewhere this environment can be checked but not made again: ${printableList(impossible.map(({ name, why }) => `${name} ${why}`))}.`,
    );
  const lock: EnvironmentLock = {
    ...{ lockVersion, kind: 'python', createdAt: new Date().toISOString() },
    ...{ toolVersion: question.toolVersion, probe: {}, python },
  };
  return { ...(await writeLock(path, lock)), interpreter, notes };
}

function editedText({ name, version, first, count }: EditedPackage): string {
  return `${name} ${version} (${first}${count > 1 ? ` and ${count - 1} more` : ''})`;
}

/** An index may get further files of a version: what was locked stays as long as the package does. */
function keepHashes(packages: readonly LockedPackage[], before: readonly LockedPackage[]): LockedPackage[] {
  const old = new Map(before.map(one => [hashKey(one.name, one.version), one]));
  return packages.map(one => {
    const same = old.get(hashKey(one.name, one.version));
    if (same?.hashes === undefined || same.url !== one.url || same.contents !== one.contents) return one;
    return { ...one, hashes: same.hashes };
  });
}

function withHashes(one: LockedPackage, hashes: ReadonlyMap<string, readonly string[]>): LockedPackage {
  if (one.hashes !== undefined || one.url !== undefined || one.installer !== undefined) return one;
  const found = hashes.get(hashKey(one.name, one.version));
  return found === undefined ? one : { ...one, hashes: [...found] };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
