import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { sha256OfFile } from '../../../src/base/sha256OfFile.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const mebibyte = 1024 * 1024;

describe('sha256OfFile', () => {
  it('is the hash of all bytes, around the sizes at which it reads on', async () => {
    await using folder = await temporaryFolder('with a space');
    const path = join(folder.path, 'file.bin');
    const around = [0, 1, mebibyte - 1, mebibyte, mebibyte + 1, 2 * mebibyte, 3 * mebibyte + 7];
    for (const size of around) {
      const bytes = Buffer.alloc(size, `${size} bytes, `);
      await writeFile(path, bytes);
      assert.equal(await sha256OfFile(path), createHash('sha256').update(bytes).digest('hex'), String(size));
    }
  });

  it('is the hash of any small file', async () => {
    await using folder = await temporaryFolder('with a space');
    const path = join(folder.path, 'file.bin');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async bytes => {
        await writeFile(path, bytes);
        assert.equal(await sha256OfFile(path), createHash('sha256').update(bytes).digest('hex'));
      }),
    );
  });

  it('reads a file that says it is empty and is not', async function () {
    const path = '/proc/version';
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return this.skip();
    assert.equal(await sha256OfFile(path), createHash('sha256').update(bytes).digest('hex'));
  });

  it('rejects for what is no file, and when it is stopped', async () => {
    await using folder = await temporaryFolder('with a space');
    await assert.rejects(sha256OfFile(folder.path), { code: 'EISDIR' });
    await assert.rejects(sha256OfFile(join(folder.path, 'none')), { code: 'ENOENT' });
    const path = join(folder.path, 'file.bin');
    await writeFile(path, 'abc');
    await assert.rejects(sha256OfFile(path, AbortSignal.abort(new Error('stopped'))), /stopped/);
  });
});
