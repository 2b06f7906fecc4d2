/** Finds the extension host of an editor that a test has started itself, and kills that one process. */
import { readFileSync } from 'node:fs';
import { readProcTable } from '../../src/base/processTree.ts';
import type { VscodeServer } from '../../scripts/editor/startVscodeServer.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** The extension hosts among the children of the server. Linux only. */
export function extensionHosts(server: VscodeServer): number[] {
  return [...readProcTable()]
    .filter(([pid, { parent }]) => parent === server.pid && isExtensionHost(pid))
    .map(([pid]) => pid);
}

/** Waits for the one host of the one open window. */
export async function onlyExtensionHost(server: VscodeServer): Promise<number> {
  return waitFor(
    'one extension host',
    () => {
      const [host, ...others] = extensionHosts(server);
      return others.length === 0 && host;
    },
    { deadlineMs: 60_000, describe: () => `hosts: ${extensionHosts(server).join(', ')}` },
  );
}

/** SIGKILL; resolves when the process is gone. */
export async function killExtensionHost(server: VscodeServer, host: number): Promise<void> {
  if (!extensionHosts(server).includes(host)) throw new Error(`${host} is no extension host of this server.`);
  process.kill(host, 'SIGKILL');
  await waitFor('the extension host to be gone', () => !extensionHosts(server).includes(host));
}

function isExtensionHost(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('--type=extensionHost');
  } catch {
    return false;
  }
}
