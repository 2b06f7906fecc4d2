/** What is kept of files that a run wrote to: small content that is no secret, once, under its hash. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashEarlier } from '../../../../src/execution/capture/keptEarlier.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

function sha(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('what files held before a run wrote to them', () => {
  const contents: Readonly<Record<string, string>> = {
    'ckpt.json': '{"step": 3, "w": 0.5}',
    'same.json': '{"step": 3, "w": 0.5}',
    'large.bin': 'x'.repeat(1024 * 1024 + 1),
    'google.json': '{"user": "ana", "refresh_token": "1//0gabcdefghijk"}',
    'settings.txt': 'url = https://ana:hunter22@example.invalid/',
    'password.txt': 'hunter22',
    'tokens.json': '{"pad_token": "<padding>", "tokens": 128000}',
  };

  for (const keep of [true, false])
    it(`is hashed, and ${keep ? 'kept where it is small and no secret' : 'not kept of a reproduction'}`, async () => {
      await using temporary = await temporaryFolder();
      const folder = join(temporary.path, 'earlier');
      await mkdir(folder);
      const inputs = await Promise.all(
        Object.entries(contents).map(async ([path, content], at) => {
          await writeFile(join(folder, `1-${at}`), content);
          return { path, how: 'seen', opened: 'update', size: content.length, copy: `1-${at}` };
        }),
      );
      await writeFile(join(folder, '9-9'), 'nobody knows');
      const torn = { path: 'torn', how: 'seen', opened: 'append', size: 5, copy: '9-9' };
      const hashed = await hashEarlier([...inputs, torn, { path: 'read.csv', how: 'seen' }], {
        ...{ folder, keep, recorded: () => Promise.resolve(undefined) },
      });
      assert.deepEqual(
        hashed.map(({ path, sha256, problem }) => [path, sha256, problem]),
        [
          ...Object.entries(contents).map(([path, content]) => [path, sha(content), undefined]),
          ['torn', undefined, 'written to by the run'],
          ['read.csv', undefined, undefined],
        ],
      );
      assert.ok(hashed.every(input => !('copy' in input)));
      assert.deepEqual(
        await readdir(folder).catch(() => []),
        keep ? [sha('{"step": 3, "w": 0.5}'), sha(contents['tokens.json'] ?? '')].sort() : [],
      );
    });
});
