/** `git http-backend` behind a small web server that asks for a password, as hosts of git are. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { scrubbedEnvironment } from '../scrubbedEnvironment.ts';

export interface GitWebServer extends AsyncDisposable {
  /** Of the folder that it serves, without a login. */
  readonly url: string;
  /** Requests without the right password so far. */
  readonly refused: number;
}

/** @param login `user:password`. */
export async function gitWebServer(folder: string, login: string): Promise<GitWebServer> {
  const wanted = `Basic ${Buffer.from(login).toString('base64')}`;
  const state = { refused: 0 };
  const server = createServer((request, response) => {
    if (request.headers.authorization === wanted) {
      answer(folder, login, request, response);
      return;
    }
    state.refused++;
    request.resume();
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refused() {
      return state.refused;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** By the Common Gateway Interface (RFC 3875). */
function answer(folder: string, login: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const { headers } = request;
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: scrubbedEnvironment(folder, {
      ...{ GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: login.split(':')[0] },
      ...{ PATH_INFO: decodeURIComponent(path), QUERY_STRING: query, REQUEST_METHOD: request.method },
      ...{ CONTENT_TYPE: headers['content-type'], CONTENT_LENGTH: headers['content-length'] },
      ...{ HTTP_CONTENT_ENCODING: headers['content-encoding'] },
      GIT_PROTOCOL: [headers['git-protocol']].flat()[0],
    }),
  });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => undefined);
  let head = Buffer.alloc(0);
  let begun = false;
  backend.stdout.on('data', (bytes: Buffer) => {
    if (begun) {
      response.write(bytes);
      return;
    }
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    begun = true;
    const lines = head.toString('latin1', 0, end).split('\r\n');
    const status = lines.find(line => /^status:/i.test(line));
    for (const line of lines) {
      const at = line.indexOf(':');
      if (line !== status) response.setHeader(line.slice(0, at), line.slice(at + 1).trim());
    }
    response.writeHead(status === undefined ? 200 : Number(status.slice(7).trim().slice(0, 3)));
    response.write(head.subarray(end + 4));
  });
  backend.on('close', () => response.end());
}
