/** What a container's first process printed, as the engine kept it. */
import type { Readable } from 'node:stream';
import { containerSchema } from './shapes.ts';
import type { EngineConnection } from './engineConnection.ts';
import { engineConnectionLost } from './errors.ts';
import { OutputSplitter } from './splitOutput.ts';

export interface CollectedOutput {
  readonly stdout: string;
  /** Empty for a container with a terminal, which has one stream. */
  readonly stderr: string;
}

/** At most the last `tail` lines, all when left out. */
export async function containerLogs(
  connection: EngineConnection,
  container: string,
  { tail, signal }: { readonly tail?: number; readonly signal?: AbortSignal },
): Promise<CollectedOutput> {
  const doing = `show the log of the container ${container}`;
  const { Config } = await connection.ask(doing, containerSchema, signal, docker =>
    docker.getContainer(container).inspect(),
  );
  // Asked for as a stream, because the library takes a body that happens to be JSON for an object.
  const stream = await connection.tell(
    doing,
    signal,
    docker =>
      new Promise<Readable>((resolve, reject) => {
        const query = { stdout: true, stderr: true, tail: tail === undefined ? 'all' : String(tail) };
        docker.modem.dial(
          {
            path: `/containers/${container}/logs?`,
            method: 'GET',
            isStream: true,
            options: query,
            ...(signal === undefined ? {} : { abortSignal: signal }),
            statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
          },
          (error: unknown, data: unknown) => {
            if (error instanceof Error) reject(error);
            else resolve(data as Readable);
          },
        );
      }),
  );
  const collected = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const splitter = new OutputSplitter();
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>)
      if (Config['Tty'] === true) collected.stdout.push(chunk);
      else for (const part of splitter.push(chunk)) collected[part.stream].push(part.bytes);
  } catch (error) {
    signal?.throwIfAborted();
    throw engineConnectionLost(doing, error);
  }
  return {
    stdout: Buffer.concat(collected.stdout).toString('utf8'),
    stderr: Buffer.concat(collected.stderr).toString('utf8'),
  };
}
