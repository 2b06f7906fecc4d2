/** Which inputs that a run's own code does not pin are pinned in the working tree by now: what `lockstep data checkout` brings back. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { pinCandidates } from '../../data/history/pinCandidates.ts';
import { readPinFile } from '../../data/pins/readPinFile.ts';

/** @param paths Relative to the root of git. What cannot be read pins nothing. */
export async function pinnedSince(workspace: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const asked = paths.filter(path => !isAbsolute(path)).slice(0, mostPaths);
  const pinned: string[] = [];
  const files = new Map(
    asked.flatMap(path =>
      pinCandidates(path, '').flatMap(({ kind, files: [file = '', lock] }): [string, string | undefined][] =>
        kind === 'lfs' ? [] : [[file, lock]],
      ),
    ),
  );
  for (const [file, lock] of files) {
    const text = await textOf(join(workspace, file));
    if (text === undefined) continue;
    const locked = lock === undefined ? undefined : await textOf(join(workspace, lock));
    pinned.push(...readPinFile(text, file, locked).outputs.map(({ path }) => path));
  }
  return new Set(asked.filter(path => pinned.some(pin => path === pin || path.startsWith(`${pin}/`))));
}

const mostPaths = 1000;

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
