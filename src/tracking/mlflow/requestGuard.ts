/**
 * Who may speak to the endpoint: programs of this machine that know the token. A page in a browser may reach the port
 * too, so whatever a browser adds of its own to a request of a page is a reason to refuse it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const loopbackHost = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i;

/** True when the request must not be answered, whatever it asks. */
export function isForeign(headers: IncomingHttpHeaders): boolean {
  if (headers.host === undefined || !loopbackHost.test(headers.host)) return true;
  if (headers.origin !== undefined) return true;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'none' && site !== 'same-origin';
}

/** The path behind `/<token>`, without its leading slash and the query; undefined when the token is wrong. */
export function pathBehindToken(url: string, token: string): string | undefined {
  const path = url.split('?', 1)[0] ?? '';
  const given = path.split('/', 2)[1] ?? '';
  const right = timingSafeEqual(digest(given), digest(token));
  return right && token !== '' ? path.slice(given.length + 2) : undefined;
}

// Hashed, so that neither length nor a common beginning can be told from the time it takes.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
