import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { initDataRepository } from '../../../src/data/config/initDataRepository.ts';
import { addData } from '../../../src/data/operations/addData.ts';
import { openDataProject } from '../../../src/data/operations/openDataProject.ts';
import { readPlaced } from '../../../src/data/placing/recordLinks.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';

/** More than are pinned at once. */
const names = Array.from({ length: 450 }, (_, index) => `${String(index).padStart(3, '0')}.bin`);

describe('adding many files', () => {
  it('keeps each from git that it pins, and no other', async () => {
    await using repository = await gitRepository({ 'readme.txt': '', '.gitignore': '/007.bin' });
    const { root, environment } = repository;
    const data = await initDataRepository(root, { environment });
    for (const name of names) writeFileSync(join(root, name), name);
    // Their pins cannot be written: the one of a portion with others, and one that git ignored before.
    const refused = ['007.bin', '301.bin'];
    for (const name of refused) mkdirSync(join(root, `${name}.dvc`));

    const project = await openDataProject(root, environment);
    const result = await addData(project, { paths: names.map(name => join(root, name)) }, {});
    const pinned = names.filter(name => !refused.includes(name));
    assert.deepEqual(
      result.pinned.map(one => one.path),
      pinned,
    );
    assert.deepEqual(
      result.problems.map(one => one.path),
      refused,
    );
    assert.deepEqual(result.toStage, [...pinned.map(name => `${name}.dvc`), '.gitignore'].sort());
    const lines = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');
    assert.deepEqual(lines, ['/007.bin', ...pinned.map(name => `/${name}`), '']);
    const placed = await readPlaced(data);
    assert.deepEqual(
      placed.map(one => one.path),
      pinned,
    );
  });
});
