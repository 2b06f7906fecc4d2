import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDataRepository } from '../../../src/data/config/openDataRepository.ts';
import type { DataProject } from '../../../src/data/operations/dataProject.ts';
import { listingBytes } from '../../../src/data/listing/listingBytes.ts';
import { remoteAccessDenied } from '../../../src/data/remotes/errors.ts';
import { withAnswers } from '../../../src/extension/data/host/answersOf.ts';
import { folderLines } from '../../../src/extension/data/host/folderLines.ts';
import { readObject } from '../../../src/extension/data/host/readObject.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const md5 = (text: string | Uint8Array): string => hash('md5', text);

/** A repository whose folder `data` is pinned with three files; the cache has all of them. */
async function pinnedFolder(root: string): Promise<{ project: DataProject; listing: string }> {
  await mkdir(join(root, '.dvc'));
  await writeFile(join(root, '.dvc/config'), '[core]\n    no_scm = True\n');
  const repository = await openDataRepository(root, {});
  assert.ok(repository !== undefined);
  const store = async (name: string, bytes: string | Uint8Array): Promise<void> => {
    const path = join(root, '.dvc/cache/files/md5', name.slice(0, 2), name.slice(2));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    await chmod(path, 0o444);
  };
  const contents = { 'a.csv': 'a', 'train/1.txt': 'one', 'train/2.txt': 'two' };
  for (const text of Object.values(contents)) await store(md5(text), text);
  const bytes = listingBytes({
    files: Object.entries(contents).map(([relativePath, text]) => ({ relativePath, md5: md5(text) })),
  });
  const listing = `${md5(bytes)}.dir`;
  await store(listing, bytes);
  await writeFile(
    join(root, 'data.dvc'),
    `outs:\n- md5: ${listing}\n  size: 7\n  nfiles: 3\n  hash: md5\n  path: data\n`,
  );
  return { project: { root: repository.root, repositories: [repository], environment: {} }, listing };
}

describe('the data thread', () => {
  const ask = (project: DataProject, inside = '', limit = 100) =>
    folderLines(project, { output: 'data', inside, limit });

  it('lists a pinned folder that is not on disk, level by level', async () => {
    await using folder = await temporaryFolder('with a space');
    const { project } = await pinnedFolder(folder.path);
    assert.deepEqual(await ask(project), {
      lines: [
        { name: 'train', folder: true, state: 'missing', files: 2 },
        { name: 'a.csv', folder: false, state: 'missing', pinned: `md5:${md5('a')}` },
      ],
      total: 2,
      listingMissing: false,
    });
    const inside = await ask(project, 'train', 1);
    assert.deepEqual([inside.lines.map(({ name }) => name), inside.total], [['1.txt'], 2]);
  });

  it('tells what lies on disk from what the pin names', async () => {
    await using folder = await temporaryFolder();
    const { project } = await pinnedFolder(folder.path);
    await mkdir(join(folder.path, 'data'));
    await writeFile(join(folder.path, 'data', 'a.csv'), 'a');
    await writeFile(join(folder.path, 'data', 'new.csv'), 'n');
    assert.deepEqual(
      (await ask(project)).lines.map(({ name, state }) => [name, state]),
      [
        ['train', 'missing'],
        ['a.csv', 'in-sync'],
        ['new.csv', 'unsaved'],
      ],
    );
  });

  it('shows what is on disk where the listing is not in the cache, and says so', async () => {
    await using folder = await temporaryFolder();
    const { project, listing } = await pinnedFolder(folder.path);
    await rm(join(folder.path, '.dvc/cache/files/md5', listing.slice(0, 2)), { recursive: true });
    await mkdir(join(folder.path, 'data'));
    await writeFile(join(folder.path, 'data', 'a.csv'), 'a');
    const { lines, listingMissing } = await ask(project);
    assert.deepEqual([lines.map(({ name }) => name), listingMissing], [['a.csv'], true]);
  });

  it('reads a version from the cache, and nothing else', async () => {
    await using folder = await temporaryFolder();
    const { project } = await pinnedFolder(folder.path);
    const read = (object: string): Promise<Uint8Array> => readObject(project, 'data', object);
    assert.equal(Buffer.from(await read(`md5:${md5('one')}`)).toString(), 'one');
    for (const object of [`md5:${md5('nowhere')}`, 'md5:../../../../etc/passwd', 'file:x', ''])
      await assert.rejects(read(object), { code: 'version-not-here' });
  });

  describe('without somebody to ask', () => {
    const settings = { name: 'store', url: 'ssh://host/data', options: {} };

    it('gives the answers it was handed', async () => {
      const outcome = await withAnswers({ 'store\npassword': 'secret' }, async credentials => ({
        missing: [],
        used: await credentials.ask(settings, 'password'),
      }));
      assert.deepEqual(outcome, { kind: 'done', result: { missing: [], used: 'secret' } });
    });

    for (const [name, body] of [
      ['fails', () => Promise.reject(new Error('denied'))],
      ['leaves something out', () => Promise.resolve({ missing: [{}] })],
    ] as const)
      it(`says which answer it lacked when the operation ${name}`, async () => {
        const outcome = await withAnswers({}, async credentials => {
          await credentials.ask(settings, 'password');
          return body();
        });
        assert.deepEqual(outcome, { kind: 'wanted', wanted: { remote: 'store', what: 'password' } });
      });

    const denied = remoteAccessDenied('store', '401', 'Log in.');
    for (const [name, body] of [
      ['all of it', () => Promise.reject(denied)],
      ['a part of it', () => Promise.resolve({ missing: [{ code: denied.code, detail: denied.message }] })],
    ] as const)
      it(`says that the remote refused the answer for ${name}`, async () => {
        const outcome = await withAnswers({ 'store\npassword': 'wrong' }, async credentials => {
          await credentials.ask(settings, 'password');
          return body();
        });
        assert.deepEqual(outcome, { kind: 'refused', message: 'store refused access: 401.' });
      });

    it('passes on a refusal that no answer was behind', async () => {
      await assert.rejects(
        withAnswers({}, () => Promise.reject(denied)),
        { code: denied.code },
      );
    });

    it('passes on a failure that no answer would mend', async () => {
      await assert.rejects(
        withAnswers({}, () => Promise.reject(new Error('no such host'))),
        /no such host/,
      );
    });
  });
});
