/**
 * The worker's end of the line: answers requests by their handlers, several at a time, each with its own
 * AbortSignal. A request is answered exactly once: result, failure or aborted.
 */
import { carryError } from './carriedError.ts';
import type { FromWorker, Request, ToWorker } from './threadMessages.ts';

/** A handler for each request of a map. */
export type Handlers<Requests, Progress> = {
  readonly [Name in keyof Requests]: Requests[Name] extends Request<infer Params, infer Result>
    ? (params: Params, signal: AbortSignal, report: (progress: Progress) => void) => Promise<Result> | Result
    : never;
};

type AnyHandler = (params: unknown, signal: AbortSignal, report: (progress: unknown) => void) => unknown;

/** Where messages come from and go to: a worker's parent port, or one end of a channel in a test. */
export interface MessageEnd {
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  postMessage(message: FromWorker<unknown, unknown>): void;
}

export function answerRequests<Requests, Progress>(
  end: MessageEnd,
  handlers: Handlers<Requests, Progress>,
): void {
  const running = new Map<number, AbortController>();

  const answer = async (id: number, name: string, params: unknown): Promise<FromWorker<never, unknown>> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const handler = handlers[name as keyof Requests] as AnyHandler;
      const report = (progress: unknown): void => end.postMessage({ kind: 'progress', id, progress });
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
