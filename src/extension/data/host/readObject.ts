/** The bytes of one version of a pinned file, for the diff editor. */
import { open } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { LockstepError } from '../../../base/lockstepError.ts';
import { systemErrorCode } from '../../../base/systemError.ts';
import { ObjectCache } from '../../../data/cache/objectCache.ts';
import { lfsObjectPath, openLfsRepository } from '../../../data/lfs/lfsRepository.ts';
import type { DataProject } from '../../../data/operations/dataProject.ts';

/** More is nothing that an editor opens. */
const maxBytes = 64 * 1024 * 1024;

/** `object`: `md5:<hex>`, `md5-dos2unix:<hex>` or `sha256:<hex>`. Throws `version-not-here` and `version-too-large`. */
export async function readObject(project: DataProject, output: string, object: string): Promise<Uint8Array> {
  const path = await pathOfObject(project, output, object);
  if (path === undefined) throw versionNotHere(output);
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > maxBytes) throw versionTooLarge(output, size);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw systemErrorCode(error) === 'ENOENT' ? versionNotHere(output) : error;
  }
}

async function pathOfObject(
  project: DataProject,
  output: string,
  object: string,
): Promise<string | undefined> {
  const [, algorithm, value = ''] =
    /^(md5|md5-dos2unix|sha256):([0-9a-f]{32}|[0-9a-f]{64})$/.exec(object) ?? [];
  if (algorithm === 'sha256') {
    const repository = await openLfsRepository(project.root, project.environment);
    return repository === undefined ? undefined : lfsObjectPath(repository, value);
  }
  if (algorithm !== 'md5' && algorithm !== 'md5-dos2unix') return undefined;
  const absolute = resolve(project.root, output);
  const repository = project.repositories.findLast(({ root }) => absolute.startsWith(root + sep));
  return repository === undefined ? undefined : ObjectCache.of(repository).pathOf({ algorithm, value });
}

function versionNotHere(path: string): LockstepError {
  return new LockstepError({
    code: 'version-not-here',
    message: `This version of ${path} is not in the cache.`,
    mend: 'Fetch the data of its commit first.',
  });
}

function versionTooLarge(path: string, bytes: number): LockstepError {
  return new LockstepError({
    code: 'version-too-large',
    message: `${path} has ${Math.round(bytes / 1e6)} MB, too much for a diff editor.`,
  });
}
