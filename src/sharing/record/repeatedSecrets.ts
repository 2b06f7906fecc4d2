/**
 * What of a record repeats a secret of the command. The value is nowhere, so nothing in a log can be recognised: what the
 * supervisor noted at the end decides, and where it could not look, the logs stay here.
 */
import { basename } from 'node:path';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import type { Finding } from '../scan/scanOutgoing.ts';
import type { LeftOut } from './keptFiles.ts';
import { recordPathOf } from './manifest.ts';

const logs = [runPathsIn('').stdout, runPathsIn('').stderr].map(path => basename(path));

type Files = Map<string, Buffer>;

/** @param files By path in the commit. */
export function repeatedSecrets({ result }: RunDetails, files: ReadonlyMap<string, Buffer>): Finding[] {
  return (result?.secretsIn ?? [])
    .map(name => recordPathOf(name))
    .filter(path => files.has(path))
    .map(path => ({ path, what: 'a secret of the command, which the program said again' }));
}

/**
 * Takes out of `files` what may hold a secret of the command and was not looked at: the logs, and the last line of an
 * error in the result. @param allowed Paths in the commit that go along all the same.
 */
export function withoutUnchecked(
  { plan, result }: RunDetails,
  files: Files,
  allowed: ReadonlySet<string> = new Set(),
): LeftOut[] {
  if ((plan?.secretArguments.length ?? 0) === 0 || result?.secretsIn !== undefined) return [];
  const left: LeftOut[] = [];
  for (const name of logs) {
    const path = recordPathOf(name);
    if (allowed.has(path) || !files.delete(path)) continue;
    left.push({
      path: name,
      why: `it may hold a secret of the command, which nobody can look for any more; where it does not: --allow ${path}`,
    });
  }
  const path = recordPathOf('result.json');
  const shared = files.get(path);
  if (result?.failure?.code === 'command-failed' && shared !== undefined && !allowed.has(path)) {
    const value = JSON.parse(shared.toString('utf8')) as { failure: Record<string, unknown> };
    value.failure['message'] = result.failure.exceptionType ?? 'The command failed.';
    files.set(path, Buffer.from(`${JSON.stringify(value, null, 1)}\n`));
  }
  return left;
}

/** Whether the path in the commit is a log of the run. */
export function isLog(path: string): boolean {
  return logs.some(name => path === recordPathOf(name));
}
