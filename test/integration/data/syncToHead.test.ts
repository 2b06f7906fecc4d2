import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addData } from '../../../src/data/operations/addData.ts';
import { openDataProject } from '../../../src/data/operations/openDataProject.ts';
import { pushData } from '../../../src/data/operations/pushData.ts';
import { chooseSparse } from '../../../src/data/operations/sparseChoice.ts';
import { compareHeads } from '../../../src/data/sync/compareHeads.ts';
import { syncToHead, type SyncOutcome } from '../../../src/data/sync/syncToHead.ts';
import type { SyncVerdict } from '../../../src/data/sync/syncVerdict.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';

describe('syncToHead', () => {
  let repository: GitRepository;
  let one: string;
  let two: string;

  async function add(...paths: string[]): Promise<void> {
    const { root, environment } = repository;
    const project = await openDataProject(root, environment);
    await addData(project, { paths: paths.map(path => join(root, path)) }, {});
  }

  /** Checks out with git and lets the data follow. */
  async function move(
    from: string,
    to: string,
    fetch = false,
  ): Promise<{ verdict: SyncVerdict; outcome: SyncOutcome }> {
    const { root, environment } = repository;
    await repository.git('checkout', '--quiet', to);
    const verdict = await compareHeads(root, { from, to }, {}, environment);
    const outcome = await syncToHead(root, { verdict, fetch }, {}, environment);
    return { verdict, outcome };
  }

  const text = (path: string): Promise<string> =>
    readFile(join(repository.root, path), 'utf8').catch(() => 'nothing');

  before(async () => {
    repository = await gitRepository({ 'readme.txt': '' });
    await repository.write({
      'a.csv': 'a1',
      'b.csv': 'b1',
      'old.csv': 'old',
      'images/x': 'x1',
      'images/y': 'y1',
    });
    await add('a.csv', 'b.csv', 'old.csv', 'images');
    one = await repository.commit('one');
    await repository.git('rm', '--quiet', 'old.csv.dvc');
    await rm(join(repository.root, 'old.csv'));
    await rm(join(repository.root, 'images/y'), { force: true });
    await repository.write({ 'a.csv': 'a2', 'b.csv': 'b2', 'new.csv': 'new', 'images/z': 'z2' });
    await add('a.csv', 'b.csv', 'new.csv', 'images');
    two = await repository.commit('two');
  });
  after(async () => {
    await repository.remove();
  });

  it('places what the commit says, removes what it does not pin, and leaves git clean', async () => {
    const { verdict, outcome } = await move(two, one);
    assert.deepEqual(
      verdict.paths.map(({ path, change }) => `${change} ${path}`),
      ['changed a.csv', 'changed b.csv', 'changed images', 'removed new.csv', 'added old.csv'],
    );
    assert.deepEqual(outcome.placed, ['a.csv', 'b.csv', 'images', 'old.csv']);
    assert.deepEqual([outcome.removed, outcome.kept, outcome.missing], [['new.csv'], [], []]);
    assert.deepEqual(await Promise.all(['a.csv', 'b.csv', 'old.csv', 'new.csv'].map(text)), [
      'a1',
      'b1',
      'old',
      'nothing',
    ]);
    assert.deepEqual((await readdir(join(repository.root, 'images'))).sort(), ['x', 'y']);
    assert.equal(await repository.git('status', '--porcelain'), '');
    // Once more: there already.
    const again = await compareHeads(repository.root, { from: two, to: one }, {}, repository.environment);
    assert.deepEqual(
      again.paths.filter(path => path.kind === 'dvc' && path.state === 'follows'),
      [],
    );
    await move(one, two);
    assert.deepEqual(await Promise.all(['a.csv', 'new.csv', 'old.csv', 'images/z', 'images/y'].map(text)), [
      'a2',
      'new',
      'nothing',
      'z2',
      'nothing',
    ]);
  });

  it('keeps what somebody changed, also in a folder and where the commit pins it no more', async () => {
    await rm(join(repository.root, 'a.csv'));
    await rm(join(repository.root, 'new.csv'));
    await repository.write({ 'a.csv': 'my own work', 'new.csv': 'also mine', 'images/mine': 'mine' });
    const { verdict, outcome } = await move(two, one);
    assert.deepEqual(verdict.modified, ['a.csv', 'new.csv']);
    assert.deepEqual(outcome.placed, ['b.csv', 'old.csv']);
    assert.deepEqual(outcome.kept.map(one => one.path).sort(), ['a.csv', 'images', 'new.csv']);
    assert.deepEqual(await Promise.all(['a.csv', 'new.csv', 'images/mine'].map(text)), [
      'my own work',
      'also mine',
      'mine',
    ]);
    for (const path of ['a.csv', 'new.csv', 'images/mine']) await rm(join(repository.root, path));
    await move(one, two);
  });

  it('lists what is not here, has it fetched where that was asked for, and respects what this clone chose', async () => {
    const { root, home, environment } = repository;
    const remote = join(home, 'remote');
    await mkdir(remote);
    await repository.write({
      '.dvc/config.local': `[core]\n    remote = here\n['remote "here"']\n    url = ${remote}\n`,
    });
    await pushData(await openDataProject(root, environment), { revisions: [one] }, {});
    const cached = join(root, '.dvc/cache/files/md5');
    for (const name of await readdir(cached, { recursive: true })) {
      const path = join(cached, name);
      // Everything of one byte more than a letter: the files of the first version that are not of the second.
      if ((await stat(path)).isFile() && /^(a1|b1|y1|old)$/.test(await readFile(path, 'utf8'))) {
        await chmod(path, 0o644);
        await rm(path);
      }
    }
    const { verdict, outcome } = await move(two, one);
    assert.equal(verdict.toFetch.files, 4);
    assert.deepEqual(outcome.missing.map(({ path }) => path).sort(), [
      'a.csv',
      'b.csv',
      'images/y',
      'old.csv',
    ]);
    assert.deepEqual(await Promise.all(['a.csv', 'images/x'].map(text)), ['a2', 'x1']);
    await move(one, two);
    await chooseSparse(await openDataProject(root, environment), [
      join(root, 'images/y'),
      join(root, 'a.csv'),
    ]);
    const fetched = await move(two, one, true);
    assert.deepEqual(
      fetched.verdict.paths.map(({ path }) => path),
      ['a.csv', 'images'],
    );
    assert.deepEqual([fetched.outcome.fetched.files, fetched.outcome.missing], [2, []]);
    assert.deepEqual(await Promise.all(['a.csv', 'b.csv', 'images/y'].map(text)), ['a1', 'b2', 'y1']);
  });

  it('removes nothing while a pin of the commit cannot be read: it may be the one that names the path', async () => {
    await using other = await gitRepository({ 'readme.txt': '' });
    const { root, environment } = other;
    await other.write({ 'a.csv': 'a1', 'b.csv': 'b1' });
    const paths = ['a.csv', 'b.csv'].map(path => join(root, path));
    await addData(await openDataProject(root, environment), { paths }, {});
    const from = await other.commit('two pins');
    await other.git('rm', '--quiet', 'a.csv.dvc');
    const pin = await readFile(join(root, 'b.csv.dvc'), 'utf8');
    await other.write({ 'b.csv.dvc': `<<<<<<< HEAD\n${pin}=======\n${pin}>>>>>>> other\n` });
    const broken = await other.commit('a conflict');
    await other.write({ 'b.csv.dvc': pin });
    const mended = await other.commit('mended');
    await other.git('checkout', '--quiet', broken);
    const sync = async (to: string): Promise<SyncOutcome> => {
      const verdict = await compareHeads(root, { from, to }, {}, environment);
      assert.ok(verdict.paths.some(({ path, change }) => path === 'a.csv' && change === 'removed'));
      return syncToHead(root, { verdict, fetch: false }, {}, environment);
    };
    assert.deepEqual((await sync(broken)).removed, []);
    assert.deepEqual((await readdir(root)).filter(name => name.endsWith('.csv')).sort(), ['a.csv', 'b.csv']);
    await other.git('checkout', '--quiet', mended);
    assert.deepEqual((await sync(mended)).removed, ['a.csv']);
  });
});
