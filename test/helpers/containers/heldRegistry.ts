/** A registry under another address, which keeps what engines fetch of it waiting as long as a test wants. */
import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HeldRegistry extends AsyncDisposable {
  readonly address: string;
  /** From now on engines are not given content. */
  hold(): void;
  release(): void;
  /** How many wait for content, and have not gone away. */
  readonly waiting: number;
}

/** @param registry Host and port of the real one. */
export async function heldRegistry(registry: string): Promise<HeldRegistry> {
  const [host = '', port] = registry.split(':');
  let held = false;
  const waiting = new Map<ServerResponse, () => void>();
  const server = createServer((asked, answer) => {
    const forward = (): void => {
      const { method, url: path, headers } = asked;
      const call = request({ host, port, method, path, headers, agent: false }, got => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      });
      call.on('error', () => answer.destroy());
      asked.pipe(call);
    };
    // Whoever only looks at what there is, is answered.
    const isEngine = /^(?:docker|containers)\//.test(asked.headers['user-agent'] ?? '');
    const isContent = asked.method === 'GET' && asked.url?.includes('/blobs/') === true;
    if (!held || !isEngine || !isContent) {
      forward();
      return;
    }
    waiting.set(answer, forward);
    answer.on('close', () => waiting.delete(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `localhost:${(server.address() as AddressInfo).port}`,
    hold: () => void (held = true),
    release() {
      held = false;
      for (const forward of waiting.values()) forward();
      waiting.clear();
    },
    get waiting() {
      return waiting.size;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
