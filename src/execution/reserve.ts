/**
 * A little room on the disk, kept while a run is live: one part so that its result can be written when the disk is
 * full, and one for the metrics and parameters that come in the moment it becomes full.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const bytes = 64 * 1024;

function reservePath(dir: string): string {
  return join(dir, '.reserve.tmp');
}

function trackingReservePath(dir: string): string {
  return join(dir, '.reserve-tracking.tmp');
}

/** Random, so that no file system stores it in less. */
export async function keepReserve(dir: string): Promise<void> {
  await writeFile(reservePath(dir), randomBytes(bytes));
  await writeFile(trackingReservePath(dir), randomBytes(bytes));
}

export async function releaseReserve(dir: string): Promise<void> {
  releaseTrackingReserve(dir);
  await rm(reservePath(dir), { force: true });
}

/** Frees the part for what is tracked; what else is kept stays. */
export function releaseTrackingReserve(dir: string): void {
  rmSync(trackingReservePath(dir), { force: true });
}
