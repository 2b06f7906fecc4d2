/** The name by which others know a machine: always the same, and nothing that leads back to its own name. */
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename } from 'node:path';
import { storeMark } from '../../execution/capture/storeMark.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { StorePath } from '../../runs/runPaths.ts';
import { isMachineName, type Neutral } from './neutralText.ts';

/** For the record of one run. The names of its machines are asked for beforehand, because a mark takes time. */
export async function neutralOf(
  store: StorePath,
  run: Pick<RunDetails, 'verdicts'> & { readonly plan?: RunDetails['plan'] | undefined },
  environment: NodeJS.ProcessEnv,
): Promise<Neutral> {
  const hosts = new Set<string>();
  const note = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(note);
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value)) {
        if (key === 'host' && typeof one === 'string') hosts.add(one);
        else note(one);
      }
  };
  note(run.plan);
  note(run.verdicts);
  const names = new Map<string, string>();
  const nameOf = async (host: string): Promise<string> =>
    `machine-${(await storeMark(store, `machine ${host}`)).slice(0, 6)}`;
  for (const host of hosts) if (!isMachineName(host)) names.set(host, await nameOf(host));
  const other = await nameOf('another');
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
  const { USER, LOGNAME, USERNAME } = environment;
  const accounts = [basename(home), USER, LOGNAME, USERNAME].filter(one => one !== undefined);
  return {
    ...{ home, realHome: await realpath(home).catch(() => home), accounts: [...new Set(accounts)] },
    machine: host => (isMachineName(host) ? host : (names.get(host) ?? other)),
  };
}
