import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addData } from '../../../../src/data/operations/addData.ts';
import { openDataProject } from '../../../../src/data/operations/openDataProject.ts';
import { hashFolderContents, listFolder } from '../../../../src/execution/capture/hashFolder.ts';
import { hashFile } from '../../../../src/git/hashFile.ts';
import { checkoutLayout } from '../../../../src/reproduction/restore/checkoutLayout.ts';
import { offerPinned, type OfferedPins } from '../../../../src/reproduction/restore/offerPinned.ts';
import type { FileUse } from '../../../../src/runs/captured.ts';
import { gitRepository, type GitRepository } from '../../../helpers/gitRepository.ts';

const { signal } = new AbortController();

/** Copies, whoever runs the tests: what a run wrote to is never linked. */
describe('pinned data for a reproduction', function () {
  this.timeout(60_000);
  let repository: GitRepository;
  let objects: string;
  let inputs: FileUse[];
  let count = 0;

  before(async () => {
    repository = await gitRepository({ 'train.py': '' });
    const { root, environment } = repository;
    await repository.write({
      'data/a.txt': 'one',
      'data/sub/b.txt': 'two',
      'data/none': '',
      'single.csv': '1\n',
    });
    // Made as `lockstep data add` makes it in a repository that has none yet.
    await mkdir(join(root, '.dvc'));
    await writeFile(join(root, '.dvc', 'config'), '');
    const project = await openDataProject(root, environment);
    await addData(project, { paths: [join(root, 'data'), join(root, 'single.csv')] }, {});
    await repository.commit('pinned');
    objects = join(root, '.dvc', 'cache', 'files', 'md5');
    const data = join(root, 'data');
    inputs = [
      {
        ...{ path: 'data', how: 'opened', hashOf: 'contents' },
        sha256: await hashFolderContents(data, await listFolder(data)),
      },
      { path: 'single.csv', how: 'opened', sha256: (await hashFile(join(root, 'single.csv'))) ?? '' },
    ];
  });
  after(() => repository.remove());

  async function offer(changes: Partial<FileUse> = {}): Promise<OfferedPins & { checkout: string }> {
    const { root, environment, home } = repository;
    count += 1;
    const layout = checkoutLayout(join(home, `checkout ${count}`), root);
    await repository.git('clone', '--quiet', root, layout.checkout);
    const asked = inputs.map(input => ({ ...input, ...changes }));
    const offered = await offerPinned({
      ...{ inputs: asked, outputs: asked, workspace: root, layout, environment, signal },
    });
    return { ...offered, checkout: layout.checkout };
  }

  it('is copied, and compared by what the record holds', async () => {
    const { offered, unverified, verified, checkout } = await offer();
    assert.deepEqual([...offered], ['data', 'single.csv']);
    assert.deepEqual(unverified, []);
    assert.deepEqual(
      verified.map(one => one.path),
      ['single.csv'],
    );
    assert.equal(await readFile(join(checkout, 'data', 'sub', 'b.txt'), 'utf8'), 'two');

    // Of the folder the record says names and sizes alone: it is as its pin says, and no more.
    const listed = await offer({ hashOf: 'listing' });
    assert.deepEqual(listed.unverified, ['data']);
  });

  it('is not there when the run read something else', async () => {
    const { offered, checkout } = await offer({ sha256: '0'.repeat(64) });
    assert.deepEqual([...offered], []);
    const left = await readdir(checkout);
    assert.ok(!left.includes('data') && !left.includes('single.csv'), left.join());
  });

  it('is not there when an object is damaged, which nobody believes any more', async () => {
    const object = join(objects, 'b8', 'a9f715dbb64fd5c56e7783c6820a61'); // md5 of "two"
    await chmod(object, 0o644);
    await writeFile(object, 'TWO');
    await chmod(object, 0o444);
    const { offered, checkout } = await offer();
    assert.deepEqual([...offered], ['single.csv']);
    assert.ok(!(await readdir(checkout)).includes('data'));
    assert.equal((await stat(object)).mode & 0o777, 0o644);
    await rm(object);
  });
});
