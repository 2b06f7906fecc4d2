/** Starts a program that serves on 127.0.0.1 and waits until it answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';
import { waitFor } from '../waitFor.ts';

export interface StartedServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * @param port Where the program was told to listen; when left out, it says so itself in what it prints (`:1234`
 *   behind 127.0.0.1).
 */
export async function startServer(
  program: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string; readonly port?: number },
): Promise<StartedServer> {
  const child = spawn(program, args, {
    env: options.env,
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
  try {
    const port = await waitFor(
      `${program} to serve`,
      async () => {
        if (child.exitCode !== null) return 0;
        const found =
          options.port ?? Number(/(?:127\.0\.0\.1|localhost):([1-9]\d*)/.exec(printed)?.[1] ?? Number.NaN);
        return Number.isNaN(found) ? undefined : (await accepts(found)) ? found : undefined;
      },
      { deadlineMs: 60_000, everyMs: 50, describe: () => printed },
    );
    if (port === 0) throw new Error(`${program} ended with ${child.exitCode}: ${printed}`);
    return { port, [Symbol.asyncDispose]: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
