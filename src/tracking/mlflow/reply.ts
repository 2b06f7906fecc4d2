/** Answers whole: head and body in one write, since a client that waits for the second part of two waits 40 ms. */
import type { ServerResponse } from 'node:http';

export function replyJson(response: ServerResponse, status: number, value: object): void {
  reply(response, status, 'application/json', JSON.stringify(value));
}

export function reply(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(text, 'utf8');
  response.writeHead(status, {
    ...headers,
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
