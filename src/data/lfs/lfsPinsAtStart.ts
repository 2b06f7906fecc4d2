/**
 * The Git LFS files of a working tree as a run finds them when it starts, by their pointers in git's index and what git
 * noted of the files. Where no attributes mention Git LFS no program is started, and no content is ever read.
 */
import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absolutePath, bytePathText } from '../../git/bytePath.ts';
import type { Repository } from '../../git/findRepository.ts';
import type { PinnedPath } from '../../runs/plan.ts';
import { listLfsFiltered } from './findLfsFiles.ts';
import { gitFoundItEqual } from './gitFoundItEqual.ts';
import { pointerLimit } from './lfsPointer.ts';
import type { IndexStats } from './readIndexStats.ts';
import { readPointerBlobs } from './readPointerBlobs.ts';

/**
 * The first `limit` by path, relative to the top of git. A file that is known to hold something else is left out.
 * Rejects when git does.
 */
export async function lfsPinsAtStart(
  git: Repository,
  index: IndexStats,
  environment: NodeJS.ProcessEnv,
  limit: number,
): Promise<PinnedPath[]> {
  if (!(await mentionsLfs(git, index))) return [];
  const context = { repository: git, environment };
  const listed = (await listLfsFiltered(context, undefined)).slice(0, limit);
  const pointers = await readPointerBlobs(context, new Set(listed.map(one => one.blob)));
  return listed.flatMap(({ bytePath, blob }): PinnedPath[] => {
    const pointer = pointers.get(blob);
    if (pointer === undefined) return [];
    const { oid, size } = pointer;
    const entry = index.entries.get(bytePath);
    const stats = lstatSync(absolutePath(git.root, bytePath), { bigint: true, throwIfNoEntry: false });
    const isPlaced = stats !== undefined && stats.size === BigInt(size);
    // What is as small as a pointer is one, as a rule: not filled yet.
    if (stats !== undefined && !isPlaced && stats.size >= pointerLimit) return [];
    const isKnown = isPlaced && entry !== undefined && gitFoundItEqual(entry, stats, index.modifiedNs);
    return [
      {
        ...{ path: bytePathText(bytePath), object: `sha256:${oid}`, size },
        known: isKnown ? 'captured' : 'declared',
      },
    ];
  });
}

/** As `git lfs track` writes it, in the attributes of any folder or of this clone. */
async function mentionsLfs({ root, commonDir }: Repository, { entries }: IndexStats): Promise<boolean> {
  const files = [join(commonDir, 'info', 'attributes'), join(root, '.gitattributes')];
  for (const path of entries.keys())
    if (path.endsWith('/.gitattributes')) files.push(join(root, bytePathText(path)));
  const texts = files.slice(0, mostAttributes).map(file => readFile(file, 'latin1').catch(() => ''));
  return (await Promise.all(texts)).some(text => text.includes('filter=lfs'));
}

/** Somebody waits. */
const mostAttributes = 200;
