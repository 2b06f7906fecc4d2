/**
 * A Git LFS server for tests that does what the protocol says (batch, basic transfers, verify) and, asked, what servers
 * and networks do wrong. Source: git-lfs `docs/api/`.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request for an object; each is used once, in order. */
export type LfsFault =
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'wrong content' }
  | { readonly kind: 'longer content' }
  | { readonly kind: 'no range' }
  | { readonly kind: 'redirect' };

export interface TestLfsServer extends AsyncDisposable {
  /** The address for `lfs.url`. */
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** Faults of transfers and of batch calls still to come. */
  readonly faults: LfsFault[];
  readonly batchFaults: number[];
  /** As `GET bytes=5-99`, `PUT`, `POST batch download 2`, `POST verify`. */
  readonly requests: string[];
  /** When set, everything but object transfers asks for it: `user:password`. */
  login: string | undefined;
}

export async function testLfsServer(): Promise<TestLfsServer> {
  const objects = new Map<string, Buffer>();
  const faults: LfsFault[] = [];
  const batchFaults: number[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state: TestLfsServer = {
    ...{ url: `${base}/lfs`, objects, faults, batchFaults, requests, login: undefined },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request;
    const id = /^\/objects\/(\w+)/.exec(url)?.[1];
    if (url === '/lfs/objects/batch') await batch(request, response);
    else if (url === '/verify') await verify(request, response);
    else if (id !== undefined && method === 'GET') download(request, response, id);
    else if (id !== undefined && method === 'PUT') await upload(request, response, id);
    else response.writeHead(404).end();
  };

  const batch = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = JSON.parse((await bodyOf(request)).toString('utf8')) as {
      operation: 'download' | 'upload';
      objects: { oid: string; size: number }[];
    };
    requests.push(`POST batch ${asked.operation} ${asked.objects.length}`);
    const wanted = `Basic ${Buffer.from(state.login ?? '').toString('base64')}`;
    if (state.login !== undefined && request.headers.authorization !== wanted) {
      response.writeHead(401, { 'LFS-Authenticate': 'Basic realm="test"' }).end('{"message":"login"}');
      return;
    }
    const status = batchFaults.shift();
    if (status !== undefined) {
      response.writeHead(status, { 'Retry-After': '0' }).end('{"message":"not now"}');
      return;
    }
    const answers = asked.objects.map(({ oid, size }) => {
      const action = { href: `${base}/objects/${oid}`, header: { 'X-Token': oid.slice(0, 8) } };
      if (asked.operation === 'upload')
        return objects.has(oid)
          ? { oid, size }
          : { oid, size, actions: { upload: action, verify: { href: `${base}/verify` } } };
      return objects.has(oid)
        ? { oid, size, actions: { download: action } }
        : { oid, size, error: { code: 404, message: 'no such object' } };
    });
    response
      .writeHead(200, { 'Content-Type': 'application/vnd.git-lfs+json' })
      .end(JSON.stringify({ transfer: 'basic', objects: answers }));
  };

  const download = (request: IncomingMessage, response: ServerResponse, oid: string): void => {
    requests.push(`GET ${request.headers.range ?? ''}`.trim());
    if (request.headers['x-token'] !== oid.slice(0, 8)) {
      response.writeHead(403).end();
      return;
    }
    const content = objects.get(oid) ?? Buffer.alloc(0);
    const fault = faults.shift();
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, { 'Retry-After': fault.retryAfter ?? '0' }).end();
      return;
    }
    if (fault?.kind === 'redirect') {
      response.writeHead(302, { Location: `${base}/objects/${oid}?moved` }).end();
      return;
    }
    if (fault?.kind === 'wrong content' || fault?.kind === 'longer content') {
      response
        .writeHead(200)
        .end(Buffer.alloc(content.length + (fault.kind === 'longer content' ? 1 : 0), 1));
      return;
    }
    const start =
      fault?.kind === 'no range' ? 0 : Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const headers = { 'Content-Length': content.length - start };
    if (start > 0) {
      const range = `bytes ${start}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { ...headers, 'Content-Range': range });
    } else response.writeHead(200, headers);
    if (fault?.kind === 'cut')
      response.write(content.subarray(start, start + fault.afterBytes), () => request.socket.end());
    else response.end(content.subarray(start));
  };

  const upload = async (request: IncomingMessage, response: ServerResponse, oid: string): Promise<void> => {
    requests.push('PUT');
    const content = await bodyOf(request);
    const fault = faults.shift();
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, { 'Retry-After': '0' }).end();
      return;
    }
    const isRight = createHash('sha256').update(content).digest('hex') === oid;
    if (isRight) objects.set(oid, content);
    response.writeHead(isRight ? 200 : 422).end();
  };

  const verify = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push('POST verify');
    const { oid, size } = JSON.parse((await bodyOf(request)).toString('utf8')) as {
      oid: string;
      size: number;
    };
    response.writeHead(objects.get(oid)?.length === size ? 200 : 404).end();
  };
  return state;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
