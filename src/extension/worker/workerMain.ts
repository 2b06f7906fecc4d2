/** Entry of dist/worker.cjs: the thread in which the extension reads stores and starts runs. */
import { parentPort } from 'node:worker_threads';
import { answerRequests } from './answerRequests.ts';
import { engineHandlers } from './engineHandlers.ts';
import type { FromWorker } from './engineMessages.ts';
import { Stores } from './stores.ts';

if (parentPort !== null) {
  const port = parentPort;
  const stores = new Stores((store, runIds) => {
    port.postMessage({ kind: 'changed', store, runIds: [...runIds] } satisfies FromWorker);
  });
  answerRequests(port, engineHandlers(stores));
}
