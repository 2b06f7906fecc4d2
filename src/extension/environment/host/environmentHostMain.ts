/** Entry of dist/environment-host.cjs: the thread in which the extension looks at engines, GPUs and environments. */
import { parentPort } from 'node:worker_threads';
import type { EnvironmentProgress } from '../../../environments/devcontainer/environmentProgress.ts';
import { answerRequests } from '../../thread/answerRequests.ts';
import type { FromWorker } from '../../thread/threadMessages.ts';
import { environmentHandlers } from './environmentHandlers.ts';
import type { EnvironmentNotice, EnvironmentRequests } from './environmentRequests.ts';

if (parentPort !== null) {
  const port = parentPort;
  const handlers = environmentHandlers(process.env, notice =>
    port.postMessage({ kind: 'notice', notice } satisfies FromWorker<EnvironmentNotice, EnvironmentProgress>),
  );
  answerRequests<EnvironmentRequests, EnvironmentProgress>(port, handlers);
}
