/** What a plan says of Git LFS files. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hydrate } from '../../../src/data/lfs/hydrate.ts';
import { lfsPointerText } from '../../../src/data/lfs/lfsPointer.ts';
import { openLfsRepository } from '../../../src/data/lfs/lfsRepository.ts';
import { pinsAtStart } from '../../../src/data/pinsAtStart.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';
import { testLfsServer } from '../../helpers/lfsServer.ts';

const attributes = '*.bin filter=lfs diff=lfs merge=lfs -text\n';
const idOf = (content: string): string => createHash('sha256').update(content).digest('hex');
const pointer = (content: string): string =>
  lfsPointerText({ oid: idOf(content), size: content.length, extensions: [] });

describe('pins of a plan, of Git LFS', () => {
  it('names each file by its pointer, and leaves out what is known to hold something else', async () => {
    const long = 'x'.repeat(5000);
    await using server = await testLfsServer();
    await using repository = await gitRepository({
      'sub/.gitattributes': attributes,
      ...{ 'sub/ü filled.bin': pointer('a model'), 'sub/long.bin': pointer(long) },
      ...{ 'sub/mine.bin': pointer('as it was'), 'sub/never filled.bin': pointer('elsewhere') },
      ...{ 'sub/no pointer.bin': 'committed as it is', 'sub/deleted.bin': pointer('deleted') },
      'other.bin': pointer('of no attribute'),
    });
    const { root, environment } = repository;
    for (const content of ['a model', long]) server.objects.set(idOf(content), Buffer.from(content));
    await repository.git('config', 'lfs.url', server.url);
    const lfs = await openLfsRepository(root, environment);
    assert.ok(lfs);
    await hydrate(lfs, { fetch: true });
    await writeFile(join(root, 'sub/mine.bin'), 'mine '.repeat(1000));
    await rm(join(root, 'sub/deleted.bin'));
    const pins = await pinsAtStart(root, environment);
    assert.deepEqual(
      pins?.map(({ path, object, size, known, pinFile }) => [path, object, size, known, pinFile]),
      [
        ['sub/deleted.bin', `sha256:${idOf('deleted')}`, 7, 'declared', undefined],
        ['sub/long.bin', `sha256:${idOf(long)}`, 5000, 'captured', undefined],
        ['sub/never filled.bin', `sha256:${idOf('elsewhere')}`, 9, 'declared', undefined],
        ['sub/ü filled.bin', `sha256:${idOf('a model')}`, 7, 'captured', undefined],
      ],
    );
    await appendFile(join(root, 'sub/long.bin'), 'y');
    const after = await pinsAtStart(root, environment);
    assert.ok(after?.every(({ path }) => path !== 'sub/long.bin'));
  });

  it('asks nobody where no attributes mention Git LFS', async () => {
    await using repository = await gitRepository({
      '.gitattributes': '* text=auto\n',
      'a.bin': pointer('a'),
    });
    const nobody = { ...repository.environment, PATH: '' };
    assert.equal(await pinsAtStart(repository.root, nobody), undefined);
    await writeFile(join(repository.root, '.git', 'info', 'attributes'), attributes);
    assert.deepEqual(
      (await pinsAtStart(repository.root, repository.environment))?.map(pin => pin.path),
      ['a.bin'],
    );
  });
});
