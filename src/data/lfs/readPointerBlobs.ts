/** Reads those of many blobs that are Git LFS pointers, and no blob that is too large to be one. */
import { runGit, type GitContext } from '../../git/runGit.ts';
import { pointerLimit, readLfsPointer, type LfsPointer } from './lfsPointer.ts';

/** Blob id → its pointer; blobs that are none, or that the repository does not have, are left out. */
export async function readPointerBlobs(
  context: GitContext,
  blobs: ReadonlySet<string>,
): Promise<ReadonlyMap<string, LfsPointer>> {
  const pointers = new Map<string, LfsPointer>();
  const small = await smallBlobs(context, blobs);
  if (small.length === 0) return pointers;
  const { stdout } = await runGit(context, ['cat-file', '--batch'], { input: lines(small) });
  for (let at = 0; at < stdout.length;) {
    const lineEnd = stdout.indexOf(10, at);
    if (lineEnd < 0) break;
    const [, id = '', size = ''] = /^(\w+) blob (\d+)$/.exec(stdout.toString('latin1', at, lineEnd)) ?? [];
    at = lineEnd + 1;
    if (id === '') continue;
    const pointer = readLfsPointer(stdout.subarray(at, at + Number(size)));
    if (pointer !== undefined) pointers.set(id, pointer);
    at += Number(size) + 1;
  }
  return pointers;
}

async function smallBlobs(context: GitContext, blobs: ReadonlySet<string>): Promise<string[]> {
  if (blobs.size === 0) return [];
  const { stdout } = await runGit(context, ['cat-file', '--batch-check'], { input: lines(blobs) });
  return stdout
    .toString('latin1')
    .split('\n')
    .flatMap(line => {
      const match = /^(\w+) blob (\d+)$/.exec(line);
      return match !== null && Number(match[2]) < pointerLimit ? [match[1] ?? ''] : [];
    });
}

function lines(ids: Iterable<string>): string {
  return [...ids].map(id => `${id}\n`).join('');
}
