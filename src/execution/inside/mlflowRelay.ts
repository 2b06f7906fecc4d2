/**
 * Brings the MLflow clients of a container to the endpoint of the run's supervisor, without any network: the endpoint is
 * also a Unix socket in the run's folder, and a small program inside listens on 127.0.0.1, at the port that the endpoint
 * has here, and carries bytes between the two. While the supervisor is being replaced it holds its clients and tries
 * again; it ends with the run.
 */
import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import type { ContainerApi } from './containerApi.ts';
import type { InsideFolder } from './insideFolder.ts';
import { wrapperFiles } from './wrapperScript.ts';

const socketName = 'mlflow.sock';

/** Arguments: the folder with the socket, the port. */
export const relayProgram = `
import os, socket, sys, threading, time
os.chdir(sys.argv[1])

def over():
    if os.path.exists("${wrapperFiles.ended}") or os.path.exists("${wrapperFiles.refused}"):
        return True
    try:
        with open("${wrapperFiles.started}") as f:
            return not os.path.exists("/proc/" + f.read().split()[0])
    except (IOError, OSError, IndexError):
        return not os.path.isdir(sys.argv[1])

def reach():
    end = time.time() + 100
    while time.time() < end:
        there = socket.socket(socket.AF_UNIX)
        try:
            # By its short name: a long path does not fit into an address.
            there.connect("${socketName}")
            return there
        except (IOError, OSError):
            there.close()
        if over():
            return None
        time.sleep(0.2)

def carry(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except (IOError, OSError):
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except (IOError, OSError):
        pass

def serve(client):
    there = reach()
    if there is not None:
        up = threading.Thread(target=carry, args=(client, there))
        up.daemon = True
        up.start()
        carry(there, client)
        up.join()
        there.close()
    client.close()

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[2])))
server.listen(128)
server.settimeout(0.5)
while not over():
    try:
        client, _ = server.accept()
    except socket.timeout:
        continue
    client.settimeout(None)
    one = threading.Thread(target=serve, args=(client,))
    one.daemon = True
    one.start()
`.trim();

export interface RelayOptions {
  readonly api: ContainerApi;
  readonly container: string;
  readonly user: string | undefined;
  readonly folder: InsideFolder;
  /** The container's name for the folder. */
  readonly inside: string;
  /** Of the endpoint on 127.0.0.1 of this machine. */
  readonly port: number;
  readonly note: (text: string) => void;
  readonly warn: (text: string) => void;
}

export interface Relay {
  /** Starts the half inside. @param python The interpreter to use; `python3` when undefined. */
  start(python: string | undefined): void;
  close(): void;
}

/** Undefined where this machine has no such sockets. Never rejects. */
export async function openRelay(options: RelayOptions): Promise<Relay | undefined> {
  const { api, container, user, folder, inside, port, note, warn } = options;
  const path = join(folder.path, socketName);
  let server: Server;
  try {
    await folder.make();
    server = await listen(path, port);
  } catch (error) {
    warn(`What is logged with MLflow inside the container does not arrive here: ${errorText(error)}`);
    return undefined;
  }
  return {
    start(python) {
      const argv = [python ?? 'python3', '-I', '-S', '-c', relayProgram, inside, String(port)];
      void api.startDetached(container, { argv, user }).catch((error: unknown) => {
        // Without Python inside there is no MLflow either.
        note(`no way for MLflow out of the container: ${errorText(error)}`);
      });
    },
    close() {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

async function listen(path: string, port: number): Promise<Server> {
  // One that a killed supervisor left behind.
  rmSync(path, { force: true });
  const server = createServer(client => connected(client, connect({ host: '127.0.0.1', port })));
  const short = shortName(path);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(short.path, resolve);
    });
  } finally {
    short.close();
  }
  server.on('error', () => undefined);
  server.unref();
  // What is said over it needs the secret of the endpoint.
  chmodSync(path, 0o666);
  return server;
}

/** An address holds about a hundred bytes; Linux also takes a way through an open folder. */
function shortName(path: string): { path: string; close(): void } {
  if (Buffer.byteLength(path) < 100 || process.platform !== 'linux') return { path, close: () => undefined };
  const folder = openSync(join(path, '..'), 'r');
  return { path: `/proc/self/fd/${folder}/${socketName}`, close: () => closeSync(folder) };
}

function connected(client: Socket, endpoint: Socket): void {
  for (const [one, other] of [
    [client, endpoint],
    [endpoint, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.pipe(other);
  }
}
