/** A transfer from a remote that is cut off where it brings more than it may: what arrives was put there by anybody. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShareTask } from '../shareTask.ts';
import { runTransport, type TransportCall, type TransportOutcome } from './runTransport.ts';

export interface TransferLimit {
  /** Where git puts packs while they arrive. */
  readonly objects: string;
  /** Compressed. */
  readonly bytes: number;
}

/** Of a transfer that was cut off. */
export class TransferTooLarge extends Error {}

const lookEveryMs = 200;

/** As `runTransport`; rejects with {@link TransferTooLarge} besides. */
export async function limitedTransport(
  call: TransportCall,
  { objects, bytes: most }: TransferLimit,
  task: ShareTask,
): Promise<TransportOutcome> {
  const full = new AbortController();
  const signal = task.signal === undefined ? full.signal : AbortSignal.any([task.signal, full.signal]);
  const before = await bytesOfPacks(objects);
  const watch = setInterval(() => {
    void bytesOfPacks(objects).then(bytes => {
      if (bytes - before > most)
        full.abort(new TransferTooLarge(`it is larger than ${Math.round(most / 1024 / 1024)} MiB`));
    });
  }, lookEveryMs);
  try {
    // Packs alone, however few the objects: they arrive in one file.
    const args = ['-c', 'fetch.unpackLimit=1', ...call.args];
    return await runTransport({ ...call, args }, { ...task, signal });
  } finally {
    clearInterval(watch);
  }
}

async function bytesOfPacks(objects: string): Promise<number> {
  const folder = join(objects, 'pack');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(name =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
