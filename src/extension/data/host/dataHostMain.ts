/** Entry of dist/data-host.cjs: the thread in which the extension reads, places and transfers data. */
import { parentPort } from 'node:worker_threads';
import type { DataProgress } from '../../../data/dataProgress.ts';
import { answerRequests } from '../../thread/answerRequests.ts';
import type { FromWorker } from '../../thread/threadMessages.ts';
import { dataHandlers } from './dataHandlers.ts';
import type { DataNotice, DataRequests } from './dataRequests.ts';

if (parentPort !== null) {
  const port = parentPort;
  const handlers = dataHandlers(process.env, notice =>
    port.postMessage({ kind: 'notice', notice } satisfies FromWorker<DataNotice, DataProgress>),
  );
  answerRequests<DataRequests, DataProgress>(port, handlers);
}
