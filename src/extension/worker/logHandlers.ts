/** Answers about a run's log. */
import { runPaths } from '../../runs/runPaths.ts';
import { readLogWindow } from './logWindow.ts';
import type { EngineHandlers } from './engineRequests.ts';

export const logHandlers = {
  logWindow: async ({ store, id, bytes, start }) => readLogWindow(runPaths(store, id), bytes, start),
} satisfies Partial<EngineHandlers>;
