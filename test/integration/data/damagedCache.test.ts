/** Objects of the cache that are not what their names say: found, named, never placed, and made whole from the remote. */
import assert from 'node:assert/strict';
import { appendFile, chmod, lstat, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  dataPullOutputSchema,
  dataStatusOutputSchema,
  dataTransferOutputSchema,
} from '../../../src/cli/output/dataOutput.ts';
import { cliProject, type CliOutcome, type CliProject } from '../../helpers/lockstepCli.ts';

const md5OfAaaa = 'e5828c564f71fea3a12dde8bd5d27063';

describe('a damaged cache', () => {
  let project: CliProject;
  const at = (...parts: string[]): string => join(project.root, ...parts);
  const object = (md5: string): string => at('.dvc/cache/files/md5', md5.slice(0, 2), md5.slice(2));
  const data = (...words: string[]): Promise<CliOutcome> => project.lockstep(['data', ...words]);
  const remote = (): string => join(project.repository.home, 'a remote');

  beforeEach(async () => {
    project = await cliProject({ 'train.py': 'print(1)\n' });
    await project.repository.write({ 'd/a': 'aaaa\n', 'd/b': 'bbbb\n', 'one.bin': 'single\n' });
    assert.equal((await data('add', 'd', 'one.bin')).code, 0);
    await writeFile(
      at('.dvc/config'),
      `[core]\n    remote = here\n['remote "here"']\n    url = ${remote()}\n`,
    );
    assert.equal((await data('push')).code, 0);
  });
  afterEach(() => project[Symbol.asyncDispose]());

  /** As an editor of root does, through the read-only mode. */
  async function editInPlace(path: string, text: string): Promise<void> {
    await chmod(path, 0o644);
    const file = await open(path, 'r+');
    await file.write(text, 0);
    await file.close();
    await chmod(path, 0o444);
  }

  for (const type of ['hardlink', 'symlink'])
    it(`is told and mended after an edit in place through a ${type}`, async () => {
      await appendFile(at('.dvc/config'), `[cache]\n    type = ${type}\n`);
      assert.equal((await data('checkout', '--relink')).code, 0);
      assert.equal((await lstat(at('d/a'))).isSymbolicLink(), type === 'symlink');
      await editInPlace(at('d/a'), 'XXXX');
      const { document } = await project.json(['data', 'status', '--json']);
      const [folder, single] = dataStatusOutputSchema.parse(document).paths;
      assert.deepEqual([folder?.state, folder?.damaged], ['modified', [`md5:${md5OfAaaa}`]]);
      assert.deepEqual([single?.state, single?.damaged], ['in-sync', undefined]);
      assert.match(
        (await data('status')).stderr,
        new RegExp(`Changed in the cache.*[^]*d +md5:${md5OfAaaa}`),
      );
      const forced = await data('checkout', '--force');
      assert.equal(forced.code, 3, forced.stdout);
      assert.match(forced.stderr, new RegExp(`d/a +md5:${md5OfAaaa}: the cache holds other content`));

      const fetched = await project.json(['data', 'fetch', '--json']);
      const [replaced] = dataTransferOutputSchema.parse(fetched.document).replaced;
      assert.deepEqual([replaced?.path, replaced?.object], ['d/a', `md5:${md5OfAaaa}`]);
      assert.equal(await readFile(replaced?.keptAs ?? '', 'utf8'), 'XXXX\n', 'the edit is not lost');
      assert.equal(await readFile(object(md5OfAaaa), 'utf8'), 'aaaa\n');
      assert.equal((await data('checkout', '--force')).code, 0);
      assert.equal(await readFile(at('d/a'), 'utf8'), 'aaaa\n');
      assert.equal((await data('status')).code, 0);
    });

  it('is mended by a pull, file, listing and all, and stays as it is where the remote cannot help', async () => {
    const names = (await readdir(at('.dvc/cache/files/md5'), { recursive: true })).filter(name =>
      name.includes('/'),
    );
    assert.equal(names.length, 4);
    for (const name of names) {
      const path = at('.dvc/cache/files/md5', name);
      const bytes = await readFile(path);
      bytes[0] = 0x58;
      await rm(path);
      await writeFile(path, bytes, { mode: 0o444 });
    }
    await rm(at('d'), { recursive: true });
    await rm(at('one.bin'));
    const lost = join(remote(), 'files/md5', md5OfAaaa.slice(0, 2), md5OfAaaa.slice(2));
    const kept = await readFile(lost);
    await rm(lost, { force: true });
    const partly = await project.json(['data', 'pull', '--json']);
    assert.equal(partly.code, 3);
    const result = dataPullOutputSchema.parse(partly.document);
    assert.deepEqual(result.fetch.replaced.map(one => one.path).sort(), ['d', 'd/b', 'one.bin']);
    assert.deepEqual(
      result.checkout.missing.map(({ path, trouble }) => [path, trouble]),
      [['d/a', 'corrupt']],
    );
    assert.equal((await readFile(object(md5OfAaaa), 'utf8')).length, 5, 'it stays where nothing better came');
    await writeFile(lost, kept);
    const whole = await data('pull');
    assert.equal(whole.code, 0, whole.stderr);
    assert.match(whole.stderr, /Whole again in the cache[^]*d\/a/);
    assert.equal(await readFile(at('d/a'), 'utf8'), 'aaaa\n');
    assert.equal((await data('status')).code, 0);
    assert.equal((await data('pull')).stderr, '');
  });
});
