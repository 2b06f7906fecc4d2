/**
 * Which paths a running pipeline works on: `dvc repro` gives its lock away while a command runs, and notes in
 * `.dvc/tmp/rwlock` what that command reads and writes. Notes of processes that are gone are void, as for DVC.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { DataRepository } from '../dataRepository.ts';
import { isAlive } from './describeProcess.ts';

const holderSchema = z.object({ pid: z.number(), cmd: z.string().optional() });
const rwlockSchema = z.object({
  write: z.record(z.string(), holderSchema).optional(),
  read: z.record(z.string(), z.array(holderSchema)).optional(),
});

export interface BusyPath {
  /** Absolute. */
  readonly path: string;
  readonly use: 'read' | 'write';
  /** `process 4711 (dvc repro)`. */
  readonly holder: string;
}

/** A file that is not there, or cannot be read, names none. */
export async function readBusyPaths(repository: DataRepository): Promise<readonly BusyPath[]> {
  let notes: z.infer<typeof rwlockSchema>;
  try {
    const text = await readFile(join(repository.root, '.dvc', 'tmp', 'rwlock'), 'utf8');
    notes = rwlockSchema.parse(JSON.parse(text));
  } catch {
    return [];
  }
  const entries = [
    ...Object.entries(notes.write ?? {}).map(([path, holder]) => ({ path, use: 'write' as const, holder })),
    ...Object.entries(notes.read ?? {}).flatMap(([path, holders]) =>
      holders.map(holder => ({ path, use: 'read' as const, holder })),
    ),
  ];
  return entries
    .filter(({ holder }) => holder.pid !== process.pid && isAlive(holder.pid))
    .map(({ path, use, holder: { pid, cmd } }) => ({
      path,
      use,
      holder: cmd === undefined ? `process ${pid}` : `process ${pid} (${cmd})`,
    }));
}

/** The first that is the path, lies in it, or has it inside. */
export function findBusy(busy: readonly BusyPath[], root: string, path: string): BusyPath | undefined {
  const wanted = join(root, path);
  return busy.find(
    one => one.path === wanted || one.path.startsWith(`${wanted}/`) || wanted.startsWith(`${one.path}/`),
  );
}
