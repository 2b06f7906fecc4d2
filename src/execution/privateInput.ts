/** What reaches the supervisor through its standard input and never lies on disk: the environment and the true command. */
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';

export const privateInputSchema = z.looseObject({
  /** The command with its secrets. */
  argv: z.array(z.string()).min(1),
  /** The environment the run was started from. */
  environment: z.record(z.string(), z.string()),
});
export type PrivateInput = z.infer<typeof privateInputSchema>;

/** Writes the document and closes the pipe. Resolves when the supervisor's end has it all. */
export async function writePrivateInput(pipe: Writable, input: PrivateInput): Promise<void> {
  return new Promise((resolve, reject) => {
    pipe.once('error', reject);
    pipe.end(JSON.stringify(input), resolve);
  });
}

/** Rejects when the launcher died before it had written everything: then the document is torn. */
export async function readPrivateInput(pipe: Readable): Promise<PrivateInput> {
  const chunks: Buffer[] = [];
  for await (const chunk of pipe) chunks.push(chunk as Buffer);
  return privateInputSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}
