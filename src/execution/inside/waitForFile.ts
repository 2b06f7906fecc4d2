/** Waits until one of several files is there, woken by the file system or the clock. */
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';

const lookEveryMs = 25;

export interface WaitForFileOptions {
  /** Ends the wait. */
  readonly stop?: () => boolean;
  /** Whether a file that is there counts. */
  readonly counts?: (name: string) => boolean;
}

/** Resolves with the first of `names` that is there, in their order; undefined when time is up or `stop` says so. */
export async function waitForFile<Name extends string>(
  folder: string,
  names: readonly Name[],
  patienceMs: number,
  { stop = () => false, counts = () => true }: WaitForFileOptions = {},
): Promise<Name | undefined> {
  const end = performance.now() + patienceMs;
  let wake = (): void => undefined;
  const watcher = watched(folder, () => wake());
  try {
    for (;;) {
      const found = names.find(name => existsSync(join(folder, name)) && counts(name));
      if (found !== undefined || performance.now() >= end || stop()) return found;
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, lookEveryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    watcher?.close();
  }
}

function watched(folder: string, onChange: () => void): { close(): void } | undefined {
  try {
    const watcher = watch(folder, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
