import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Package } from '../../../src/runs/captured.ts';
import { compareRuns } from '../../../src/runs/compareRuns.ts';
import { readPackageList, writePackageList } from '../../../src/runs/packageStore.ts';
import { runComparisonSchema, type RunComparison } from '../../../src/runs/runComparison.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeRun } from './recordFixtures.ts';

describe('compareRuns', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('says of every ingredient whether it is the same, differs or is not known', async () => {
    const metric = (last: number): object => ({ last, lastStep: 1, min: 0, max: 1, count: 2 });
    const ids: string[] = [];
    for (const [lr, numpy, loss] of [
      [0.1, '1.26.4', 0.5],
      [0.3, '2.0.1', Number.NaN],
    ] as const) {
      const { id, paths } = writeRun(folder.path, {
        plan: {
          parameters: {
            lr: { value: lr, source: 'argument' },
            width: { value: 64, source: 'argument' },
          },
          variables: { OMP_NUM_THREADS: { value: '4' }, MY_TOKEN: { keyedHash: `${numpy}00000000` } },
        },
        result: {
          reported: {
            tags: { team: 'vision' },
            datasets: [{ name: 'digits', context: 'training', digest: numpy }, { name: 'raw' }],
            models: [],
          },
          metrics: { loss: metric(Number.isNaN(loss) ? ('NaN' as never) : loss) as never },
          outputs: [{ path: 'model.json', how: 'seen', sha256: 'a'.repeat(64) }],
        },
      });
      const list = await writePackageList(folder.path, [
        { name: 'numpy', version: numpy },
        { name: 'scipy', version: '1.14.0' },
      ]);
      writeFileSync(
        paths.captured,
        JSON.stringify({
          schemaVersion: 1,
          hardware: { known: 'captured', value: { os: 'Linux', gpus: [] } },
          packages: { known: 'captured', value: { list, count: 2 } },
          modules: { known: 'unknown', reason: 'test' },
          inputs: [{ path: 'data.csv', how: 'seen' }],
        }),
      );
      ids.push(id);
    }
    const comparison = await compareRuns(new RunStore(folder.path), ids);
    assert.deepEqual(runComparisonSchema.parse(JSON.parse(JSON.stringify(comparison))), comparison);
    const row = rowFinder(comparison);
    assert.deepEqual(row('parameters', 'lr'), ['differs', 0.1, 0.3]);
    assert.deepEqual(row('parameters', 'width'), ['same', 64, 64]);
    assert.deepEqual(row('metrics', 'loss'), ['differs', 0.5, 'NaN']);
    assert.deepEqual(row('tags', 'team'), ['same', 'vision', 'vision']);
    assert.deepEqual(row('datasets', 'digits (training)'), ['differs', '1.26.4', '2.0.1']);
    assert.deepEqual(row('datasets', 'raw'), ['unknown', 'unknown', 'unknown']);
    assert.deepEqual(row('environment', 'package numpy'), ['differs', '1.26.4', '2.0.1']);
    assert.equal(row('environment', 'package scipy'), undefined);
    assert.equal(row('environment', 'variable OMP_NUM_THREADS'), undefined);
    assert.equal(row('environment', 'variable MY_TOKEN')?.[0], 'differs');
    assert.deepEqual(row('code', 'commit'), ['unknown', 'unknown', 'unknown']);
    assert.deepEqual(row('hardware', 'system'), ['same', 'Linux', 'Linux']);
    assert.deepEqual(row('inputs', 'data.csv'), ['unknown', 'unknown', 'unknown']);
    assert.equal(row('outputs', 'model.json')?.[0], 'same');
    assert.deepEqual(comparison.problems, []);
  });
});

describe('package store', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('keeps equal lists once, whatever their order', async () => {
    const a: Package = { name: 'a', version: '1', editable: true, url: 'file:///x' };
    const b: Package = { name: 'b', version: '2' };
    const first = await writePackageList(folder.path, [a, b]);
    const second = await writePackageList(folder.path, [
      b,
      { url: 'file:///x', version: '1', editable: true, name: 'a' },
    ]);
    assert.equal(first, second);
    assert.notEqual(await writePackageList(folder.path, [a]), first);
    assert.deepEqual(
      (await readPackageList(folder.path, first)).map(({ name }) => name),
      ['a', 'b'],
    );
  });

  it('mends a torn list and refuses a changed or missing one', async () => {
    const hash = await writePackageList(folder.path, [{ name: 'a', version: '1' }]);
    const path = join(folder.path, 'packages', `${hash}.json`);
    writeFileSync(path, '{"schem');
    await assert.rejects(readPackageList(folder.path, hash), { code: 'package-list-unreadable' });
    await writePackageList(folder.path, [{ name: 'a', version: '1' }]);
    assert.equal((await readPackageList(folder.path, hash)).length, 1);
    for (const wrong of ['0'.repeat(64), '../../etc/passwd', ''])
      await assert.rejects(readPackageList(folder.path, wrong), { code: 'package-list-unreadable' });
  });
});

function rowFinder(comparison: RunComparison): (section: string, key: string) => unknown[] | undefined {
  return (section, key) => {
    const rows = comparison.sections.find(({ name }) => name === section)?.rows ?? [];
    const row = rows.find(candidate => candidate.key === key);
    return row && [row.status, ...row.values];
  };
}
