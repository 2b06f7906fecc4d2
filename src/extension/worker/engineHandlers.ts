/** All handlers of the worker: the other end of engineRequests.ts. */
import type { EngineHandlers } from './answerRequests.ts';
import { logHandlers } from './logHandlers.ts';

export const engineHandlers: EngineHandlers = { ...logHandlers };
