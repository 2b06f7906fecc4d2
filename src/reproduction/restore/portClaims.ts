/**
 * Which ports reproductions have said to be theirs: a file a port, made at once or not at all. A claim ends with the
 * process that made it, and with the command that it was made for.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processIsGone } from '../../base/processIsGone.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { runPaths } from '../../runs/runPaths.ts';

/** The reproduction that claims. */
export interface Claimant {
  readonly id: string;
  readonly store: string;
}

/** False where another one has it. @param claims A folder. Absolute. */
export async function claimPort(port: number, claims: string, claimant?: Claimant): Promise<boolean> {
  const path = join(claims, String(port));
  try {
    await writeFile(path, [process.pid, claimant?.id, claimant?.store].join('\n'), { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The run that has claimed it and goes on, by its id. */
export async function claimantOf(port: number, claims: string): Promise<string | undefined> {
  const claim = await readClaim(join(claims, String(port)));
  return claim === undefined || claim.pid === process.pid || isOver(claim) ? undefined : claim.id;
}

/** Removes what nobody claims any more. */
export async function forgetClaims(claims: string): Promise<void> {
  await mkdir(claims, { recursive: true });
  for (const name of await readdir(claims)) {
    const path = join(claims, name);
    const claim = await readClaim(path);
    if (claim !== undefined && claim.pid !== process.pid && isOver(claim)) await rm(path, { force: true });
  }
}

interface Claim extends Partial<Claimant> {
  readonly pid: number;
}

function isOver({ pid, id, store }: Claim): boolean {
  if (processIsGone(pid)) return true;
  // Its supervisor goes on for a while.
  return id !== undefined && store !== undefined && existsSync(runPaths(store, id).result);
}

async function readClaim(path: string): Promise<Claim | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [pid, id, store] = text.split('\n');
  if (!(Number(pid) > 0)) return undefined;
  return { pid: Number(pid), ...(id === '' ? {} : { id }), ...(store === '' ? {} : { store }) };
}
