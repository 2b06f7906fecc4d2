import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as z from 'zod';
import { readMeta } from '../../../../src/imports/mlflow/readMeta.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { put } from './fileStore.ts';

const anything = z.looseObject({ value: z.unknown() });

describe('readMeta', () => {
  const cases: readonly [yaml: string, value: unknown][] = [
    ['value: 1795370797364', 1_795_370_797_364],
    ["value: '0'", '0'],
    ['value: null', null],
    // Python's YAML library sees no number in these, and quotes none of them.
    ['value: 1e5', '1e5'],
    ['value: 1234e567', '1234e567'],
    ['value: 0o17', '0o17'],
    ['value: 1.0e+5', 100_000],
    ['value: "a: b"', 'a: b'],
  ];
  for (const [yaml, value] of cases)
    it(`reads ${yaml}`, async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'meta.yaml');
      put(path, `${yaml}\n`);
      assert.deepEqual(readMeta(path, anything), { value });
    });

  it('says what is wrong', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'meta.yaml');
    assert.equal(readMeta(path, anything), 'it has no meta.yaml');
    put(path, 'value: [');
    assert.equal(readMeta(path, anything), 'its meta.yaml is not YAML');
    put(path, 'a: &a [1]\nvalue: [*a, *a]');
    assert.equal(readMeta(path, anything), 'its meta.yaml is not YAML');
    put(path, 'text');
    const told = readMeta(path, anything);
    assert.match(typeof told === 'string' ? told : '', /^its meta.yaml: /);
  });
});
