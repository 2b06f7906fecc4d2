/** One measured act of the listing bench in a fresh process; prints what it measured as one line of JSON. */
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { watch } from 'chokidar';
import { RunStore } from '../../src/runs/runStore.ts';
import { watchChanges } from '../../src/runs/watchChanges.ts';

const [act, store = ''] = process.argv.slice(2);

async function list(): Promise<object> {
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  await delay(20);
  stalls.reset();
  const start = performance.now();
  const runs = await new RunStore(store).list();
  const ms = performance.now() - start;
  await delay(2);
  return { ms, count: runs.length, longestStretchMs: stalls.max / 1e6 };
}

async function watching(begin: () => Promise<void>): Promise<object> {
  const before = process.memoryUsage.rss();
  const start = performance.now();
  await begin();
  return { ms: performance.now() - start, bytes: process.memoryUsage.rss() - before };
}

const measured =
  act === 'list'
    ? await list()
    : await watching(() =>
        act === 'watch'
          ? watchChanges(store, () => undefined, new AbortController().signal)
          : new Promise(resolve => {
              const watcher = watch(join(store, 'runs'), { ignoreInitial: true });
              watcher.on('ready', () => resolve());
              watcher.on('error', error => {
                console.error(error);
              });
            }),
      );
console.log(JSON.stringify(measured));
process.exit(0);
