/**
 * The worker's end of the line: answers requests by their handlers, several at a time, each with its own
 * AbortSignal. A request is answered exactly once: result, failure or aborted.
 */
import { carryError } from './carriedError.ts';
import type { EngineProgress, EngineRequestName, FromWorker, ToWorker } from './engineMessages.ts';
import type { EngineRequests } from './engineRequests.ts';

export type EngineHandlers = {
  readonly [Name in EngineRequestName]: (
    params: EngineRequests[Name]['params'],
    signal: AbortSignal,
    report: (progress: EngineProgress) => void,
  ) => Promise<EngineRequests[Name]['result']> | EngineRequests[Name]['result'];
};

type AnyHandler = (
  params: unknown,
  signal: AbortSignal,
  report: (progress: EngineProgress) => void,
) => unknown;

/** Where messages come from and go to: a worker's parent port, or one end of a channel in a test. */
export interface MessageEnd {
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  postMessage(message: FromWorker): void;
}

export function answerRequests(end: MessageEnd, handlers: EngineHandlers): void {
  const running = new Map<number, AbortController>();

  const answer = async (id: number, name: EngineRequestName, params: unknown): Promise<FromWorker> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const handler = handlers[name] as AnyHandler;
      const report = (progress: EngineProgress): void => end.postMessage({ kind: 'progress', id, progress });
      return { kind: 'result', id, result: await handler(params, controller.signal, report) };
    } catch (error) {
      if (controller.signal.aborted) return { kind: 'aborted', id };
      return { kind: 'failure', id, error: carryError(error) };
    } finally {
      running.delete(id);
    }
  };

  end.on('message', message => {
    switch (message.kind) {
      case 'request':
        void answer(message.id, message.name, message.params).then(answered => end.postMessage(answered));
        return;
      case 'abort':
        running.get(message.id)?.abort(new DOMException('The request was cancelled.', 'AbortError'));
    }
  });
}
