/** Watches the `changes/` folder of a store: one watcher whatever the number of runs. */
import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { watch } from 'chokidar';
import { runIdOfNotice } from './changes.ts';
import { storePaths, type StorePath } from './runPaths.ts';

/** Notices that come this close together are told together. */
const gatherMs = 25;

/**
 * Calls `onChange` with the ids of runs that changed, until `signal` aborts. Resolves when the watch stands: every
 * later notice is told. Creates the folder. Where the system has no watches left, the folder is polled instead.
 */
export async function watchChanges(
  store: StorePath,
  onChange: (runIds: Set<string>) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const folder = storePaths(store).changes;
  mkdirSync(folder, { recursive: true });
  let gathered = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const runIds = gathered;
    gathered = new Set();
    onChange(runIds);
  };
  const onNotice = (path: string): void => {
    const runId = runIdOfNotice(basename(path));
    if (runId === undefined || signal.aborted) return;
    gathered.add(runId);
    timer ??= setTimeout(tell, gatherMs);
  };

  const start = async (usePolling: boolean): Promise<void> => {
    const watcher = watch(folder, { depth: 0, ignoreInitial: true, usePolling, interval: 500 });
    for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, onNotice);
    // `change` is told at most once in 50 ms, and what follows sooner is dropped: the last write of a run may be that.
    watcher.on('raw', (_event, path: string | null, details: unknown) => {
      onNotice(path ?? watchedPath(details));
    });
    await new Promise<void>(resolve => {
      watcher.on('ready', resolve);
      watcher.on('error', () => {
        resolve();
        if (usePolling || signal.aborted) return;
        void watcher.close().then(() => start(true));
      });
      const onAbort = (): void => {
        clearTimeout(timer);
        resolve();
        void watcher.close();
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  };
  await start(false);
}

/** Some systems name the watched file beside the event rather than in it. */
function watchedPath(details: unknown): string {
  return typeof details === 'object' && details !== null && 'watchedPath' in details
    ? String(details.watchedPath)
    : '';
}
