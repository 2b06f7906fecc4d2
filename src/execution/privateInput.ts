/** What reaches the supervisor through a pipe and never lies on disk: the environment and the true command. */
import { read } from 'node:fs';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import * as z from 'zod';

export const privateInputSchema = z.looseObject({
  /** The run folder. */
  dir: z.string(),
  /** The command with its secrets. */
  argv: z.array(z.string()).min(1),
  /** The environment the run was started from. */
  environment: z.record(z.string(), z.string()),
  /** What a command in a container gets over the container's own environment. */
  inside: z.record(z.string(), z.string()).optional(),
});
export type PrivateInput = z.infer<typeof privateInputSchema>;

/**
 * Writes the document and lets the pipe go: its other direction would stay open as long as the supervisor lives, and
 * keep the launcher alive. Resolves when the system has all of it.
 */
export async function writePrivateInput(pipe: Writable, input: PrivateInput): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      pipe.once('error', reject);
      pipe.end(JSON.stringify(input), resolve);
    });
  } finally {
    pipe.destroy();
  }
}

/** The supervisor's end of the pipe: after the three that every process has. */
export const privateInputDescriptor = 3;

const readSome = promisify(read);

/**
 * Reads the document to its end; undefined when the launcher ended without a word. A stream object would take longer to load than the document to read. Rejects when
 * the launcher died before it had written everything.
 */
export async function readPrivateInput(): Promise<PrivateInput | undefined> {
  const chunks: Buffer[] = [];
  for (;;) {
    const buffer = Buffer.allocUnsafe(64 * 1024);
    const { bytesRead } = await readSome(privateInputDescriptor, buffer, 0, buffer.length, null);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
  }
  if (chunks.length === 0) return undefined;
  return privateInputSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}
