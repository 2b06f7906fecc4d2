/** A little room on the disk, kept while a run is live, so that its result can be written when the disk is full. */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const bytes = 64 * 1024;

function reservePath(dir: string): string {
  return join(dir, '.reserve.tmp');
}

/** Random, so that no file system stores it in less. */
export async function keepReserve(dir: string): Promise<void> {
  await writeFile(reservePath(dir), randomBytes(bytes));
}

export async function releaseReserve(dir: string): Promise<void> {
  await rm(reservePath(dir), { force: true });
}
