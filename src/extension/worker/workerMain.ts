/** Entry of dist/worker.cjs: the thread in which the extension reads stores and starts runs. */
import { parentPort } from 'node:worker_threads';
import { answerRequests } from '../thread/answerRequests.ts';
import type { FromWorker } from '../thread/threadMessages.ts';
import { engineHandlers } from './engineHandlers.ts';
import type { EngineNotice, EngineProgress, EngineRequests } from './engineRequests.ts';
import { Stores } from './stores.ts';

if (parentPort !== null) {
  const port = parentPort;
  const stores = new Stores((store, runIds) => {
    port.postMessage({
      kind: 'notice',
      notice: { store, runIds: [...runIds] },
    } satisfies FromWorker<EngineNotice, EngineProgress>);
  });
  answerRequests<EngineRequests, EngineProgress>(port, engineHandlers(stores));
}
