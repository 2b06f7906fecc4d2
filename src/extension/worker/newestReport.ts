/** The newest valid document of a folder whose files are named after ULIDs. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';

/**
 * Undefined where there is no folder, or nothing in it that can be read and is wanted: a document of another version
 * costs itself alone.
 */
export async function newestReport<T extends z.ZodType>(
  folder: string,
  schema: T,
  wanted: (document: z.output<T>) => boolean = () => true,
): Promise<z.output<T> | undefined> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(one => one.endsWith('.json')).sort((a, b) => (a < b ? 1 : -1)))
    try {
      const parsed = schema.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')));
      if (parsed.success && wanted(parsed.data)) return parsed.data;
    } catch {
      // The one before it is asked.
    }
  return undefined;
}
