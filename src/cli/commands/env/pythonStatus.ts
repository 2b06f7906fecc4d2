/** What `lockstep env status` tells of a project's Python: which one it is, and whether it is as the lock says. */
import { existsSync } from 'node:fs';
import type { DriftReport } from '../../../environments/environmentLock.ts';
import { lockPath } from '../../../environments/lock/lockPaths.ts';
import { readLock } from '../../../environments/lock/readLock.ts';
import { verifyPython } from '../../../environments/python/verifyPython.ts';
import { errorText } from '../../../base/systemError.ts';
import { countText } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';
import type { OpenEnvironment } from './openEnvironment.ts';
import { pythonOf } from './pythonOf.ts';

export interface PythonStatus {
  /** Absolute; left out where there is none. */
  readonly interpreter?: string;
  readonly verdict: DriftReport['verdict'];
  /** How much that must match does not. */
  readonly differences: number;
  /** Why it could not be told. */
  readonly problem?: string;
}

/** Looks at the list of packages alone, which is quick. Rejects only when aborted. */
export async function pythonStatus(environment: OpenEnvironment, signal: AbortSignal): Promise<PythonStatus> {
  const { root, cacheFolder } = environment;
  const path = lockPath(root, 'python');
  let interpreter: string | undefined;
  try {
    interpreter = await pythonOf(environment, undefined, root, signal);
    const lock = await readLock(path);
    if (lock === undefined) return { interpreter, verdict: 'unlocked', differences: 0 };
    const question = { lock, root, interpreter, signal, cacheDir: cacheFolder };
    const report = await verifyPython({ ...question, variables: environment.environment });
    const differences = report.items.filter(one => one.weight === 'must-match').length;
    return { interpreter, verdict: report.verdict, differences };
  } catch (error) {
    signal.throwIfAborted();
    return {
      ...(interpreter === undefined ? {} : { interpreter }),
      ...{ verdict: existsSync(path) ? 'unknown' : 'unlocked', differences: 0, problem: errorText(error) },
    };
  }
}

export function pythonStatusText({ interpreter, verdict, differences, problem }: PythonStatus): string {
  const lines: string[] = [];
  if (interpreter !== undefined) lines.push(`Python ${printable(interpreter)}${said(verdict, differences)}`);
  if (problem !== undefined) lines.push(printable(problem));
  if (verdict === 'unlocked' && interpreter !== undefined)
    lines.push('  To lock it: lockstep env lock --python');
  if (verdict === 'drifted') lines.push('  See which: lockstep env verify --python');
  return lines.map(line => `${line}\n`).join('');
}

function said(verdict: PythonStatus['verdict'], differences: number): string {
  switch (verdict) {
    case 'clean':
      return ' is as lockstep-lock.json says';
    case 'drifted':
      return ` differs from lockstep-lock.json in ${countText(differences, 'place')}`;
    case 'unlocked':
      return ' is not locked';
    case 'unknown':
      return '';
  }
}
