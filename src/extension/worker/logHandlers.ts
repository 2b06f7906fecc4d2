/** Answers about a run's log. */
import { runPaths } from '../../runs/runPaths.ts';
import { readLogWindow } from './logWindow.ts';
import type { EngineHandlers } from './answerRequests.ts';

export const logHandlers = {
  logWindow: async ({ store, id, bytes }) => {
    const paths = runPaths(store, id);
    return readLogWindow(paths.stdout, paths.stderr, bytes, '──── standard error ────');
  },
} satisfies Partial<EngineHandlers>;
