/** Stores one file in the repository of which the folder is given, and prints the mode of its object. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectCache } from '../../../../src/data/cache/objectCache.ts';
import { storeOutputs } from '../../../../src/data/cache/storeOutputs.ts';
import { DataPool } from '../../../../src/data/workers/dataPool.ts';
import { dataRepository } from '../../../helpers/dataRepository.ts';

const root = process.argv[2] ?? '';
writeFileSync(join(root, 'f'), 'hidden');
const repository = dataRepository(root, { linkTypes: ['copy'] });
const cache = ObjectCache.of(repository);
await using pool = new DataPool(1);
const [found] = await storeOutputs(repository, ['f'], { pool, cache }, {});
if (found?.object !== undefined)
  process.stdout.write((statSync(cache.pathOf(found.object)).mode & 0o777).toString(8));
