import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkoutLayout } from '../../../../src/reproduction/restore/checkoutLayout.ts';
import { keptLinks } from '../../../../src/reproduction/restore/keptLinks.ts';
import { offerInputs } from '../../../../src/reproduction/restore/offerInputs.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const mayLink = keptLinks(undefined);

describe('offerInputs', () => {
  const gone = { how: 'seen', size: 3, problem: 'gone after the run' };
  const table: [title: string, path: string, missing: boolean][] = [
    ['a file of its own that an earlier version recorded as input', '/tmp/tmp8a/port-12.txt', false],
    ['what DVC wrote for itself', '.dvc/tmp/rwlock', false],
    ['what DVC wrote for itself elsewhere', '/var/tmp/dvc/repo/1/x', false],
    ['data that lay elsewhere', '/no such folder/data.csv', true],
  ];
  for (const [title, path, missing] of table)
    it(`${missing ? 'misses' : 'does not miss'} ${title}`, async () => {
      await using folder = await temporaryFolder();
      const layout = checkoutLayout(join(folder.path, 'c'), '/home/a/project');
      const offered = await offerInputs({
        ...{ inputs: [{ path, ...gone }], outputs: [], redirect: [], layout },
        ...{ workspace: folder.path, signal: new AbortController().signal, mayLink },
      });
      assert.deepEqual(offered.missing, missing ? [path] : []);
    });

  it('gives a program of somebody else what the record proves, and what a person named', async () => {
    await using folder = await temporaryFolder();
    const layout = checkoutLayout(join(folder.path, 'c'), '/home/a/project');
    await mkdir(layout.checkout, { recursive: true });
    const workspace = join(folder.path, 'the workspace');
    await mkdir(join(workspace, 'data'), { recursive: true });
    const sha256 = createHash('sha256').update('recorded').digest('hex');
    const other = createHash('sha256').update('other').digest('hex');
    const inputs = [
      { path: 'same.txt', how: 'seen', sha256 },
      { path: 'changed.txt', how: 'seen', sha256: other },
      { path: '.env', how: 'seen' },
      { path: 'perhaps.txt', how: 'ambiguous', sha256: other },
      { path: 'data', how: 'seen', sha256: other, hashOf: 'listing' as const },
      { path: 'named/changed.txt', how: 'seen', sha256: other },
    ];
    await mkdir(join(workspace, 'named'));
    for (const { path } of inputs)
      await writeFile(join(workspace, path === 'data' ? 'data/one.txt' : path), 'recorded');
    const request = {
      ...{ inputs, outputs: [], redirect: [], layout, workspace },
      ...{ signal: new AbortController().signal, mayLink },
    };
    const offered = await offerInputs({ ...request, provenOnly: { given: ['named'] } });
    assert.deepEqual(offered.withheld, [
      { path: 'changed.txt', why: 'changed', needed: true },
      { path: '.env', why: 'unverified', needed: true },
      { path: 'perhaps.txt', why: 'changed', needed: false },
      { path: 'data', why: 'unverified', needed: true },
    ]);
    assert.deepEqual([offered.changed, offered.unverified], [['named/changed.txt'], []]);
    assert.deepEqual((await readdir(layout.checkout)).sort(), ['named', 'same.txt']);
    // A run of one's own gets what is there.
    assert.deepEqual((await offerInputs(request)).withheld, []);
    assert.equal((await readdir(layout.checkout)).length, inputs.length);
  });
});
