/** All handlers of the worker: the other end of engineRequests.ts. */
import type { EngineHandlers } from './engineRequests.ts';
import { codeHandlers } from './codeHandlers.ts';
import { compareHandlers } from './compareHandlers.ts';
import { importHandlers } from './importHandlers.ts';
import { launchHandlers } from './launchHandlers.ts';
import { logHandlers } from './logHandlers.ts';
import { mediaHandlers } from './mediaHandlers.ts';
import { panelHandlers } from './panelHandlers.ts';
import { lazyHandlers } from './lazyHandlers.ts';
import { runHandlers } from './runHandlers.ts';
import type { Stores } from './stores.ts';

const reproductionNames = [
  ...(['forecastFacts', 'confirmShared', 'forecast', 'reproduce', 'probe', 'findCause'] as const),
  ...(['reportText', 'health'] as const),
];
const shareNames = [
  ...([
    'remotes',
    'shareRun',
    'fetchShared',
    'bringCode',
    'largeKept',
    'runLink',
    'readLink',
    'linkedProjects',
  ] as const),
  'exportCrate' as const,
];

export function engineHandlers(stores: Stores): EngineHandlers {
  return {
    ...runHandlers(stores),
    ...logHandlers,
    ...launchHandlers(stores),
    ...importHandlers(stores),
    ...codeHandlers(stores),
    ...compareHandlers(stores),
    ...panelHandlers(stores),
    ...mediaHandlers(stores),
    ...lazyHandlers(reproductionNames, async () =>
      (await import('./reproductionHandlers.ts')).reproductionHandlers(stores),
    ),
    ...lazyHandlers(shareNames, async () => (await import('./shareHandlers.ts')).shareHandlers(stores)),
  };
}
