/** The sha256 of a file, where one that cannot be read is no failure. */
import { sha256OfFile } from '../base/sha256OfFile.ts';

/** Hex; undefined when the file cannot be read to its end. Rejects only when `signal` aborts. */
export async function hashFile(path: string | Buffer, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await sha256OfFile(path, signal);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
