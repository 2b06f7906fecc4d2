/**
 * Proves that something was made for a store by its own user on this machine: who copies a record or a label from
 * elsewhere does not have the store's secret, and the same store mounted on another machine gives another mark.
 */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { StorePath } from '../../runs/runPaths.ts';
import { storeKey } from './variables.ts';

/** 64 hexadecimal digits. Rejects when the store's secret can neither be read nor made. */
export async function storeMark(store: StorePath, what: string): Promise<string> {
  const [key, machine] = await Promise.all([storeKey(store), machineIdentity()]);
  const maker = [machine, process.getuid?.() ?? '', what];
  return createHmac('sha256', key)
    .update(`made here\u0000${maker.join('\u0000')}`)
    .digest('hex');
}

/** The same after the next boot. */
async function machineIdentity(): Promise<string> {
  const id = await readFile('/etc/machine-id', 'utf8').catch(() => '');
  return id.trim() === '' ? hostname() : id.trim();
}
