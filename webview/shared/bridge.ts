/**
 * The only way out of a webview: messages, checked against the protocol in both directions, and the little state that
 * VS Code keeps while the panel is hidden.
 */
import * as z from 'zod';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Bridge<Sent> {
  post(message: Sent): void;
  /** What {@link save} was given last, also after the panel was hidden; undefined at first. */
  restore(): unknown;
  save(state: unknown): void;
}

/** Connects to the extension. Messages that do not fit the schema are dropped and reported to the console. */
export function connect<Received, Sent>(
  schema: z.ZodType<Received>,
  onMessage: (message: Received) => void,
): Bridge<Sent> {
  const api = acquireVsCodeApi();
  addEventListener('message', (event: MessageEvent<unknown>) => {
    const parsed = schema.safeParse(event.data);
    if (parsed.success) onMessage(parsed.data);
    else console.error('Message refused.', z.prettifyError(parsed.error));
  });
  return {
    post: message => api.postMessage(message),
    restore: () => api.getState(),
    save: state => api.setState(state),
  };
}
