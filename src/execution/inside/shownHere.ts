/**
 * A process of a container as this machine knows it: on Linux with an engine of this machine it is an ordinary process
 * with two numbers. Undefined wherever that cannot be proved, as behind the virtual machine of Docker Desktop.
 */
import { readFile } from 'node:fs/promises';
import { identifyProcess } from '../../base/processIdentity.ts';
import type { ProcessIdentity } from '../../base/processIdentity.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import type { ContainerApi } from './containerApi.ts';

export interface ShownProcess {
  readonly identity: ProcessIdentity;
  /** Its user, by the number of this machine. */
  readonly owner: number | undefined;
}

export async function shownHere(
  api: ContainerApi,
  { exec, pid: inside }: ContainerRecord,
): Promise<ShownProcess | undefined> {
  if (process.platform !== 'linux' || exec === undefined || inside === undefined) return undefined;
  const pid = (await api.execFacts(exec))?.Pid ?? 0;
  if (pid <= 1) return undefined;
  const identity = await identifyProcess(pid);
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  if (identity === undefined || innermostPid(status) !== inside) return undefined;
  const owner = Number(/^Uid:\s*\d+\s+(\d+)/m.exec(status)?.[1]);
  return { identity, owner: Number.isInteger(owner) ? owner : undefined };
}

/** `NSpid:	15206	8`: the number in each pid namespace, the innermost last. Undefined outside of any container. */
export function innermostPid(status: string): number | undefined {
  const numbers = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  return numbers.length < 2 ? undefined : numbers.at(-1);
}
