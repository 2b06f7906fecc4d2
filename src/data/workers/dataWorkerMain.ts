/** Entry of dist/data-worker.cjs: a thread of the data room. Answers each job exactly once. */
import { parentPort } from 'node:worker_threads';
import { storeBatch } from '../cache/storeBatch.ts';
import { hashBatch } from '../hash/hashBatch.ts';
import { placeBatch } from '../placing/placeBatch.ts';
import { removeBatch } from '../placing/removeBatch.ts';
import { copyBatch } from '../remotes/copyBatch.ts';
import { compareBatch, countBatch } from '../walk/compareBatch.ts';
import { statBatch } from '../walk/statBatch.ts';
import { walkBatch } from '../walk/walkBatch.ts';
import type { DataJobName, DataJobs, JobAnswer, JobMessage } from './dataJobs.ts';
import { MeterCounter } from './jobMeter.ts';

type Handlers = {
  readonly [Name in DataJobName]: (
    params: DataJobs[Name]['params'],
    counter: MeterCounter,
  ) => DataJobs[Name]['result'] | Promise<DataJobs[Name]['result']>;
};

const handlers: Handlers = {
  walk: walkBatch,
  compare: compareBatch,
  count: countBatch,
  stat: statBatch,
  hash: hashBatch,
  store: storeBatch,
  place: placeBatch,
  remove: removeBatch,
  copy: copyBatch,
};

parentPort?.on('message', (message: JobMessage) => {
  void answer(message).then(answered => parentPort?.postMessage(answered));
});

async function answer({ id, name, params, shared }: JobMessage): Promise<JobAnswer> {
  try {
    const handler = handlers[name] as (params: unknown, counter: MeterCounter) => unknown;
    return { id, result: await handler(params, new MeterCounter(shared)) };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { message, ...(stack === undefined ? {} : { stack }) } };
  }
}
