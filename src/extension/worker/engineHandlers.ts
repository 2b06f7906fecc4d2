/** All handlers of the worker: the other end of engineRequests.ts. */
import type { EngineHandlers } from './engineRequests.ts';
import { codeHandlers } from './codeHandlers.ts';
import { compareHandlers } from './compareHandlers.ts';
import { importHandlers } from './importHandlers.ts';
import { launchHandlers } from './launchHandlers.ts';
import { logHandlers } from './logHandlers.ts';
import { mediaHandlers } from './mediaHandlers.ts';
import { panelHandlers } from './panelHandlers.ts';
import { runHandlers } from './runHandlers.ts';
import type { Stores } from './stores.ts';

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
  };
}
