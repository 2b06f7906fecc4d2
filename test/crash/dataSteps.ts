/**
 * One step on a data repository in a process of its own, for tests that kill it: `dataSteps.ts <root> <links> <step>`.
 * `add` stores `data` and writes its object into the file `pin`; `checkout <object>` places it. Says `begun` and `done`.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectCache } from '../../src/data/cache/objectCache.ts';
import { storeOutputs } from '../../src/data/cache/storeOutputs.ts';
import type { LinkType } from '../../src/data/dataRepository.ts';
import { withDvcLock } from '../../src/data/locks/withDvcLock.ts';
import { placeOutput } from '../../src/data/placing/placeOutput.ts';
import { recordPlaced } from '../../src/data/placing/recordLinks.ts';
import { DataPool } from '../../src/data/workers/dataPool.ts';
import { dataRepository } from '../helpers/dataRepository.ts';

const [root = '', links = 'copy', step = '', value = ''] = process.argv.slice(2);
const repository = dataRepository(root, { linkTypes: links.split(',') as LinkType[] });
const cache = ObjectCache.of(repository);
await using pool = new DataPool(2);
const tools = { pool, cache };

await withDvcLock(repository, {}, async () => {
  pool.warm();
  process.stdout.write('begun\n');
  if (step === 'add') {
    const [found] = await storeOutputs(repository, ['data'], tools, {});
    if (found?.object === undefined) throw new Error(JSON.stringify(found?.problems));
    writeFileSync(join(root, 'pin.new'), found.object.value);
    renameSync(join(root, 'pin.new'), join(root, 'pin'));
    process.stdout.write(`${found.object.value}\n`);
  } else {
    const object = { algorithm: 'md5' as const, value };
    const result = await placeOutput(repository, { path: 'data', object }, tools, {});
    if (result.outcome !== 'placed' && result.outcome !== 'unchanged')
      throw new Error(JSON.stringify(result));
    await recordPlaced(repository, [{ path: 'data', object }]);
  }
});
process.stdout.write('done\n');
