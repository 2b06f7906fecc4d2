/** Which run a process of this machine belongs to, in a container too: every process of a run carries its id. */
import { readFile } from 'node:fs/promises';

/** Undefined for other people's processes, and where the system does not tell. */
export async function runOfProcess(pid: number): Promise<string | undefined> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return /(?:^|\0)LOCKSTEP_RUN_ID=([0-9A-HJKMNP-TV-Z]{26})(?:\0|$)/.exec(environment)?.[1];
}
