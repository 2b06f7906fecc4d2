/** A line to a server that breaks when told to: it passes bytes on, cuts a connection after so many, or answers itself. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface FaultyLine extends AsyncDisposable {
  readonly port: number;
  /** Bytes that came from the server so far, over all connections. */
  readonly received: number;
  /** Bytes that went to the server so far. */
  readonly sent: number;
  /** Cuts the connection over which the next `bytes` in that direction have gone. Several cuts follow one another. */
  cut(direction: 'received' | 'sent', bytes: number): void;
  /** The next requests of HTTP get these answers (`503 Slow Down\r\nRetry-After: 1`) and not the server's. */
  answer(...heads: string[]): void;
  /** Lets nothing through, and closes nothing, until `resume`. */
  stall(): void;
  resume(): void;
}

export async function faultyLine(target: number): Promise<FaultyLine> {
  const sockets = new Set<Socket>();
  const cuts: { direction: 'received' | 'sent'; left: number }[] = [];
  const answers: string[] = [];
  const count = { received: 0, sent: 0 };
  const paused: Socket[] = [];
  let stalled = false;

  const server = createServer(client => {
    const upstream = connect(target, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      sockets.delete(client);
    };
    sockets.add(client);
    for (const socket of [client, upstream]) {
      socket.on('error', end);
      socket.on('close', end);
    }
    const pass = (direction: 'received' | 'sent', to: Socket) => (chunk: Buffer) => {
      const cut = cuts[0]?.direction === direction ? cuts[0] : undefined;
      if (cut !== undefined && chunk.length >= cut.left) {
        cuts.shift();
        const rest = chunk.subarray(0, cut.left);
        count[direction] += rest.length;
        to.write(rest, () => end());
        return;
      }
      if (cut !== undefined) cut.left -= chunk.length;
      count[direction] += chunk.length;
      const from = to === client ? upstream : client;
      if (stalled) {
        from.pause();
        paused.push(from);
      }
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => {
          if (!stalled) from.resume();
        });
      }
    };
    client.on('data', chunk => {
      const head = isRequest(chunk) ? answers.shift() : undefined;
      if (head === undefined) pass('sent', upstream)(chunk);
      else
        client.end(
          `HTTP/1.1 ${head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
          () => void upstream.destroy(),
        );
    });
    upstream.on('data', pass('received', client));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    get received() {
      return count.received;
    },
    get sent() {
      return count.sent;
    },
    cut: (direction, left) => void cuts.push({ direction, left }),
    answer: (...heads) => void answers.push(...heads),
    stall: () => (stalled = true),
    resume: () => {
      stalled = false;
      for (const socket of paused.splice(0)) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function isRequest(chunk: Buffer): boolean {
  return /^(GET|HEAD|PUT|POST|DELETE) /.test(chunk.toString('latin1', 0, 8));
}
