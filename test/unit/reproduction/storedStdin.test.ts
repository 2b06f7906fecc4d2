import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { withStoredStdin } from '../../../src/reproduction/storedStdin.ts';
import { runPathsIn } from '../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { planOf } from '../runs/recordFixtures.ts';

describe('what a run read from standard input', () => {
  it('is given to the one that runs it again, and closed whatever becomes of that', async () => {
    await using folder = await temporaryFolder();
    const { stdin: path } = runPathsIn(folder.path);
    const stored = { ...planOf('01J00000000000000000000000'), stdin: 'stored' as const };
    const launched: Readable[] = [];
    const note = (stdin: NodeJS.ReadableStream | undefined): Readable => {
      launched.push(stdin as Readable);
      return stdin as Readable;
    };
    await assert.rejects(
      withStoredStdin(stored, folder.path, () => assert.fail('is not launched')),
      { code: 'stdin-gone' },
    );
    await writeFile(path, 'three lines\n');
    assert.equal(
      await withStoredStdin(stored, folder.path, ({ stdin }) => text(note(stdin))),
      'three lines\n',
    );
    await assert.rejects(
      withStoredStdin(stored, folder.path, ({ stdin }) => {
        note(stdin);
        return Promise.reject(new Error('no room for a run'));
      }),
      /no room/,
    );
    for (const stream of launched) if (!stream.closed) await once(stream, 'close');
    assert.equal(launched.length, 2);
    if (process.platform !== 'linux') return;
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map(name => readlink(join('/proc/self/fd', name)).catch(() => '')),
    );
    assert.equal(open.includes(path), false);
  });

  it('is nothing where it read nothing', async () => {
    const input = await withStoredStdin(
      { ...planOf('01J00000000000000000000000'), stdin: 'empty' },
      '/nowhere',
      one => Promise.resolve(one),
    );
    assert.deepEqual(input, {});
  });
});
