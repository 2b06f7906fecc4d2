/** A plain web server over a folder, for remotes of HTTP: with ranges or without, with uploads or without. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';

export interface WebServer extends AsyncDisposable {
  readonly port: number;
  /** `METHOD /path`, as they came. */
  readonly requests: readonly string[];
  behave(how: Partial<WebBehaviour>): void;
}

export interface WebBehaviour {
  /** Whether it can send a part. */
  readonly ranges: boolean;
  /** Whether it packs what it sends, although nobody asked. */
  readonly packs: boolean;
  /** Whether it knows HEAD. */
  readonly head: boolean;
  /** The Authorization that it wants. */
  readonly authorization: string | undefined;
  /** Where another server has everything. */
  readonly elsewhere: string | undefined;
}

export async function webServer(folder: string): Promise<WebServer> {
  let how: WebBehaviour = {
    ranges: true,
    packs: false,
    head: true,
    authorization: undefined,
    elsewhere: undefined,
  };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(folder, how, request, response).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    behave: change => (how = { ...how, ...change }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function answer(
  folder: string,
  how: WebBehaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const end = (status: number, headers: Record<string, string> = {}): void => {
    request.resume();
    response.writeHead(status, { 'content-length': '0', ...headers }).end();
  };
  const url = request.url ?? '/';
  if (how.elsewhere !== undefined) {
    end(302, { location: how.elsewhere + url });
    return;
  }
  if (how.authorization !== undefined && request.headers.authorization !== how.authorization) {
    end(401);
    return;
  }
  const path = join(folder, decodeURIComponent(url));
  if (request.method === 'POST' || request.method === 'PUT') {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${Math.random()}.tmp`;
    try {
      await pipeline(request, createWriteStream(temporary));
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    end(201);
    return;
  }
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) end(404);
  else if (request.method === 'DELETE') {
    await rm(path);
    end(204);
  } else if (request.method === 'HEAD')
    if (how.head) response.writeHead(200, { 'content-length': String(found.size) }).end();
    else end(405);
  else if (how.packs) {
    const packed = gzipSync(await readFile(path));
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(packed.length) })
      .end(packed);
  } else {
    const start = how.ranges ? Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    if (start >= found.size && start > 0) {
      end(416, { 'content-range': `bytes */${found.size}` });
      return;
    }
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': String(found.size - start),
      ...(start > 0 ? { 'content-range': `bytes ${start}-${found.size - 1}/${found.size}` } : {}),
    });
    await pipeline(createReadStream(path, { start }), response);
  }
}
