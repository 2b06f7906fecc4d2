/** Reads the JSON of a request; one that is too long is read to its end, so that the answer arrives, but not kept. */
import type { IncomingMessage } from 'node:http';
import { parseLenientJson } from '../lenientJson.ts';
import { badRequest, invalidValue } from './mlflowProblem.ts';

export const longestBody = 64 * 1024 * 1024;

/** An object; `{}` for an empty body. Throws MlflowProblem; rejects when the client goes away. */
export async function readJsonBody(request: IncomingMessage, longest = longestBody): Promise<object> {
  const bytes = await readBytes(request, longest);
  if (bytes.length === 0) return {};
  const value = parseLenientJson(bytes.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('The body of the request is not a JSON object.');
  return value;
}

async function readBytes(request: IncomingMessage, longest: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (length > longest)
    throw invalidValue(`The body of the request is ${length} bytes long; at most ${longest} are taken.`);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
