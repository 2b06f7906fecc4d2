/**
 * Tells that something in one folder changed. By the system's notices where they are to be had, with a slow look as
 * a fallback; where they are not (their number per user is limited, and hundreds of runs may be live), by looking
 * often while things happen and seldom while nothing does.
 */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

export interface FolderWatch {
  close(): void;
}

export interface FolderWatchOptions {
  /** Files whose changes are not told: those that the caller writes itself. */
  readonly ignore?: (name: string) => boolean;
  /** Milliseconds between looks beside the system's notices. Default 2,000. */
  readonly slowLookMs?: number;
}

const firstLookMs = 20;
const lastLookMs = 500;

/**
 * Calls `look` soon after a change, with the name of what changed where it is known, and from time to time without
 * one. `look` returns whether it found anything new, which sets the pace where the system gives no notice.
 */
export function watchFolder(
  folder: string,
  look: (name: string | undefined) => boolean,
  options: FolderWatchOptions = {},
): FolderWatch {
  const slowLookMs = options.slowLookMs ?? 2_000;
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = slowLookMs;
  let closed = false;

  const schedule = (): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(onTimer, pause);
  };
  const onTimer = (): void => {
    const found = look(undefined);
    if (watcher === undefined) pause = found ? firstLookMs : Math.min(pause * 1.5, lastLookMs);
    schedule();
  };
  const withoutNotices = (): void => {
    watcher?.close();
    watcher = undefined;
    pause = firstLookMs;
    schedule();
  };

  try {
    watcher = watch(folder, { persistent: true }, (_event, name) => {
      if (closed || (name !== null && options.ignore?.(name) === true)) return;
      look(name ?? undefined);
    });
    watcher.on('error', withoutNotices);
    schedule();
  } catch {
    withoutNotices();
  }
  return {
    close(): void {
      closed = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}
