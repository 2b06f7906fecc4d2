/** Entry of dist/worker.cjs: the thread in which the extension reads stores and starts runs. */
import { parentPort } from 'node:worker_threads';
import { answerRequests } from './answerRequests.ts';
import { engineHandlers } from './engineHandlers.ts';

if (parentPort !== null) answerRequests(parentPort, engineHandlers);
