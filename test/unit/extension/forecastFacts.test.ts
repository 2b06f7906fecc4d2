import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { checkpointsOf } from '../../../src/extension/worker/checkpointsOf.ts';
import { newestReport } from '../../../src/extension/worker/newestReport.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { resultOf } from '../runs/recordFixtures.ts';

describe('what the page before a reproduction offers', () => {
  it('is to start from outputs that are called checkpoints, in the order of their numbers', () => {
    const outputs = [
      ...[
        'checkpoints/step-1000.pt',
        'checkpoints/step-200.pt',
        'epoch=3.ckpt',
        'run/checkpoint-2/model.bin',
      ],
      ...['model.json', 'metrics.csv', 'checkpoints/readme.md', 'ckpt.log'],
    ].map(path => ({ path }));
    assert.deepEqual(checkpointsOf(resultOf({ outputs: outputs as never })), [
      'checkpoints/step-200.pt',
      'checkpoints/step-1000.pt',
      'epoch=3.ckpt',
      'run/checkpoint-2/model.bin',
    ]);
    assert.deepEqual(checkpointsOf(undefined), []);
  });
});

describe('newestReport', () => {
  const schema = z.object({ about: z.string() });

  it('is the newest that can be read and is wanted', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'with a space');
    assert.equal(await newestReport(path, schema), undefined);
    await mkdir(path);
    const write = (name: string, text: string): Promise<void> => writeFile(join(path, name), text);
    await write('01A.json', '{"about":"a"}');
    await write('01B.json', '{"about":"b"}');
    await write('01C.json', '{"about":');
    await write('01D.json', '{"another":1}');
    await write('01E.json.tmp', '{"about":"e"}');
    assert.deepEqual(await newestReport(path, schema), { about: 'b' });
    assert.deepEqual(await newestReport(path, schema, ({ about }) => about === 'a'), { about: 'a' });
    assert.equal(await newestReport(path, schema, () => false), undefined);
  });
});
