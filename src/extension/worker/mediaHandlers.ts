/** Answers the Media panel. The indexes of the runs looked at last are kept. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runPaths } from '../../runs/runPaths.ts';
import type { EngineHandlers } from './engineRequests.ts';
import { mediaContent } from './mediaContent.ts';
import { MediaIndex } from './mediaIndex.ts';
import type { PlainContent } from './mediaContent.ts';
import { runRows } from './runRows.ts';
import type { Stores } from './stores.ts';

const keptIndexes = 4;

export function mediaHandlers(stores: Stores) {
  /** Least recently used first. */
  const indexes = new Map<string, MediaIndex>();
  const indexOf = (path: string): MediaIndex => {
    const index = indexes.get(path) ?? new MediaIndex(path);
    indexes.delete(path);
    indexes.set(path, index);
    for (const oldest of [...indexes.keys()].slice(0, -keptIndexes)) indexes.delete(oldest);
    return index;
  };

  return {
    mediaCatalogue: async ({ store, id }) => {
      const table = stores.table(store);
      const run = await table.get(id);
      if (run === undefined) return { label: '', state: null, cards: [] };
      const index = indexOf(runPaths(store, id).media);
      await index.read();
      const [row] = runRows(store, [run], [run]);
      return { label: row?.label ?? '', state: run.state, cards: index.cards() };
    },
    mediaContents: async ({ store, id, cards }, signal) => {
      const { dir, media } = runPaths(store, id);
      const index = indexOf(media);
      await index.read();
      const contents: PlainContent[] = [];
      for (const card of cards) {
        // A large table takes a while: other requests, and an abort, have their turn between cards.
        await nextTurn();
        signal.throwIfAborted();
        const entry = await index.entry(card.id, card.step);
        if (entry !== undefined) contents.push(await mediaContent(dir, card.id, entry));
      }
      return contents;
    },
  } satisfies Partial<EngineHandlers>;
}
