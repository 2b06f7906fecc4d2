/** What a command left running when it ended: servers are started on purpose, and a late writer changes results. */
import type { Result } from './result.ts';

type Left = Pick<Result, 'detachedProcesses' | 'detachedNames'> | undefined;

/** `1 process that it started is still running (python3): what it writes now is not recorded`; undefined for none. */
export function leftLine(result: Left): string | undefined {
  const { count, named } = leftOf(result);
  if (count === 0) return undefined;
  return count === 1
    ? `1 process that it started is still running${named}: what it writes now is not recorded`
    : `${count} processes that it started are still running${named}: what they write now is not recorded`;
}

/** Why no verdict can be `identical`. @param who `the original`. */
export function leftCaps(result: Left, who: string): string[] {
  const { count, named } = leftOf(result);
  if (count === 0) return [];
  return [
    `${who} left ${count === 1 ? 'a process' : `${count} processes`} behind${named}, which may still write`,
  ];
}

function leftOf(result: Left): { count: number; named: string } {
  const { detachedProcesses = 0, detachedNames = [] } = result ?? {};
  const names = detachedNames.filter(name => !isService(name));
  const shown = [...new Set(names)].slice(0, 3).join(', ');
  return {
    count: Math.max(0, detachedProcesses - (detachedNames.length - names.length)),
    named: shown === '' ? '' : ` (${shown})`,
  };
}

/** They write what the program sent them, or nothing. Those of W&B have other names in other versions. */
function isService(name: string): boolean {
  return services.has(name) || name.startsWith('wandb-');
}

const services = new Set([
  ...['gpu_stats', 'raylet', 'gcs_server', 'ssh-agent', 'gpg-agent', 'dbus-daemon'],
  ...['nvidia-smi', 'tensorboard'],
]);
