/** Opens what an operation on one repository works with, and closes it whatever happens. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectCache } from '../cache/objectCache.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { createDvcIgnore } from '../ignore/dvcIgnore.ts';
import { DataPool } from '../workers/dataPool.ts';

export async function withTools<T>(
  repository: DataRepository,
  body: (tools: DataTools) => Promise<T>,
): Promise<T> {
  await using pool = new DataPool(repository.settings.checksumJobs);
  const cache = ObjectCache.of(repository);
  const hasIgnores = await access(join(repository.root, '.dvcignore')).then(
    () => true,
    () => false,
  );
  return await body({ pool, cache, ...(hasIgnores ? { ignore: createDvcIgnore(repository.root) } : {}) });
}
