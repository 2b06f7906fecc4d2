/** Keeps what is piped into `lockstep run --stdin`, to be recorded as an input and fed to the command. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Resolves at the end of the input. Rejects with the system's error; nothing is then left to be fed. */
export async function storeStdin(input: NodeJS.ReadableStream, path: string): Promise<void> {
  await pipeline(input, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
}
