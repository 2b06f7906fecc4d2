/** Settings of the system that end or blind a long run: logout, and the limits of file watching. */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { runCommand } from '../../base/runCommand.ts';
import type { DoctorCheck } from '../output/doctorOutput.ts';

/** systemd kills a user's processes at logout where KillUserProcesses is on and the user does not linger. */
export async function checkLogout(env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  const name = 'logout';
  if (process.platform !== 'linux')
    return { name, status: 'good', found: 'this system lets processes outlive a logout' };
  const kills = await property(env, 'show --property=KillUserProcesses --value'.split(' '));
  if (kills !== 'yes') return { name, status: 'good', found: 'processes outlive a logout' };
  const user = userInfo().username;
  const lingers = await property(env, ['show-user', user, '--property=Linger', '--value']);
  if (lingers === 'yes')
    return { name, status: 'good', found: 'lingering is on: processes outlive a logout' };
  return {
    name,
    status: 'warning',
    found: 'systemd ends your processes at logout, runs included',
    mend: `loginctl enable-linger ${user}`,
  };
}

async function property(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string | undefined> {
  try {
    const outcome = await runCommand({ program: 'loginctl', args, env, timeoutMs: 5000 });
    return outcome.exitCode === 0 ? outcome.stdout.toString('utf8').trim() : undefined;
  } catch {
    return undefined;
  }
}

const leastWatches = 8192;
const leastInstances = 128;

/** The editor sees new runs by watching one folder; other programs may have used the watches up. */
export async function checkWatches(): Promise<DoctorCheck> {
  const name = 'file watching';
  if (process.platform !== 'linux')
    return { name, status: 'good', found: 'no limit to check on this system' };
  const [watches, instances] = await Promise.all([limit('max_user_watches'), limit('max_user_instances')]);
  if (watches === undefined || instances === undefined)
    return { name, status: 'good', found: 'limits could not be read' };
  const found = `${watches} watches, ${instances} watchers allowed`;
  if (watches >= leastWatches && instances >= leastInstances) return { name, status: 'good', found };
  return {
    name,
    status: 'warning',
    found: `${found}: changes may be missed`,
    mend: 'sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512',
  };
}

async function limit(name: string): Promise<number | undefined> {
  const text = await readFile(`/proc/sys/fs/inotify/${name}`, 'utf8').catch(() => undefined);
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? undefined : value;
}
