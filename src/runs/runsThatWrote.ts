/** Which recorded runs wrote what another run read: the earlier stages of a pipeline that no tool describes. */
import type { FileUse } from './captured.ts';
import { recentResults } from './recentResults.ts';
import type { StorePath } from './runPaths.ts';
import { wasWritten } from './wasWritten.ts';

/**
 * Path of an input → id of the first run that wrote a file of the same content, whatever its name was: later ones may be
 * reproductions of it. Looks at the newest runs alone, and only where there is something to look for.
 */
export async function runsThatWrote(
  store: StorePath,
  inputs: readonly Pick<FileUse, 'path' | 'sha256' | 'hashOf'>[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = inputs.filter(({ sha256, hashOf }) => sha256 !== undefined && hashOf === undefined);
  const found = new Map<string, string>();
  if (wanted.length === 0) return found;
  for await (const { id, outputs } of recentResults(store)) {
    const written = new Set(
      outputs.filter(wasWritten).flatMap(({ sha256, hashOf }) => (hashOf === undefined ? [sha256] : [])),
    );
    for (const { path, sha256 } of wanted) if (written.has(sha256)) found.set(path, id);
  }
  return found;
}
