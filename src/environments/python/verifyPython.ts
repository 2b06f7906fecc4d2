/** Compares a Python environment with its lock, cheap tiers first. Nothing of the environment is run or imported. */
import { driftReport } from '../drift/driftReport.ts';
import { comparePython } from '../drift/comparePython.ts';
import type { DriftItem, DriftReport } from '../environmentLock.ts';
import type { LockFile } from '../lock/readLock.ts';
import { findEditedPackages } from './editedFiles.ts';
import { lockWithoutPython } from './errors.ts';
import { lockPython } from './lockPython.ts';
import { normalName } from './packageNames.ts';
import { readProjectHashes } from './projectHashes.ts';
import { readPythonEnvironment } from './pythonEnvironment.ts';
import type { EnvironmentQuestion } from './pythonEnvironment.ts';

export interface VerifyQuestion extends EnvironmentQuestion {
  readonly lock: LockFile;
  /** Of the project. Absolute. */
  readonly root: string;
  /** Also read every installed file. */
  readonly files?: boolean;
}

/** Rejects with `interpreter-unusable`, `environment-lock-missing`, or when aborted. */
export async function verifyPython(question: VerifyQuestion): Promise<DriftReport> {
  const { lock, root, files, signal } = question;
  const locked = lock.lock.python;
  if (locked === undefined) throw lockWithoutPython(lock.path);
  const environment = await readPythonEnvironment(question);
  const named = new Set((await readProjectHashes(root)).keys());
  const items: DriftItem[] = comparePython({ locked, now: lockPython(environment, root), named });
  if (files === true) {
    const told = new Set(items.map(one => one.name));
    for (const one of await findEditedPackages(environment.installed, environment.prefix, { signal })) {
      const name = normalName(one.name);
      if (told.has(name)) continue;
      const more = one.count > 1 ? ` and ${one.count - 1} more` : '';
      items.push({
        ...{ part: 'packages', name, weight: 'must-match', cause: 'edited by hand' },
        locked: one.version,
        now: `${one.version} with another ${one.first}${more}`,
      });
    }
  }
  const tiers = ['interpreter', 'packages', 'contents', ...(files === true ? ['files'] : [])];
  return driftReport({ lock: lock.sha256, items, tiers });
}
