/** The end of a text file that may be large, and may still grow. */
import { open } from 'node:fs/promises';

/** Up to `bytes` of it, as UTF-8; undefined where it cannot be read. */
export async function readTail(path: string, bytes: number): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  }
}
