/** Which files that a program kept are shared, with which bytes. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runPaths, runPathsIn } from '../../../src/runs/runPaths.ts';
import { keptFiles, KeptRoom } from '../../../src/sharing/record/keptFiles.ts';
import { keptFileBytes } from '../../../src/sharing/record/keptSizes.ts';
import { largeKept } from '../../../src/sharing/record/largeKept.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const neutral = { home: '/home/ana', machine: (host: string): string => host };

async function written(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

describe('files that a program kept', () => {
  it('come from the folder of the run alone, whatever is a link', async () => {
    await using folder = await temporaryFolder('lockstep kept');
    const elsewhere = join(folder.path, 'home');
    await written(elsewhere, { 'keys.txt': 'secret', 'm/weights.bin': 'secret' });
    for (const [linked, path, told] of [
      ['media', 'media', 'media: a link'],
      ['artifacts', 'artifacts', 'artifacts: a link'],
      ['models', 'models', 'models: a link'],
      ['artifacts/sub', 'artifacts/sub', 'artifacts/sub: a link'],
      ['media/keys.txt', 'media/keys.txt', 'media/keys.txt: a link'],
    ] as const) {
      const dir = join(folder.path, `run ${linked.replace('/', ' ')}`);
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await symlink(path.endsWith('.txt') ? join(elsewhere, 'keys.txt') : elsewhere, join(dir, path));
      const room = new KeptRoom(keptFileBytes, new Map());
      const { files, left } = await keptFiles(runPathsIn(dir), undefined, neutral, room);
      assert.deepEqual(files, [], linked);
      assert.deepEqual(
        left.map(one => `${one.path}: ${one.why}`),
        [told],
      );
    }
  });

  it('are told by name and size where they are over the limit, the largest first', async () => {
    await using folder = await temporaryFolder('lockstep kept');
    const [id, child] = ['01M8396F2HXXBNE4XH9BVHQ5X8', '01M8396F2HXXBNE4XH9BVHQ5X9'];
    const large = (more: number): string => 'x'.repeat(keptFileBytes + more);
    await written(runPaths(folder.path, id).dir, {
      'artifacts/a.bin': large(1),
      'artifacts/fits.bin': large(0),
      'artifacts/no.name.': large(9),
      'media/b.png': large(2),
      'children.jsonl': `{"id":"${child}"}\n`,
    });
    await written(runPaths(folder.path, child).dir, { 'models/m/weights': large(3) });
    assert.deepEqual(
      (await largeKept(folder.path, id)).map(({ path, size }) => `${path} ${size - keptFileBytes}`),
      ['models/m/weights 3', 'media/b.png 2', 'artifacts/a.bin 1'],
    );
  });

  it('get the room that the rest of a record leaves, and what gets none is named', async () => {
    await using folder = await temporaryFolder('lockstep kept');
    const lines = Array.from({ length: 3 }, (_, step) =>
      JSON.stringify({ kind: 'text', key: 'a', step, time: 1, text: 'x'.repeat(3 * 1024 * 1024) }),
    );
    const names = Array.from({ length: 12 }, (_, place) => `artifacts/${'n'.repeat(150)}${place}`);
    await written(folder.path, {
      ...Object.fromEntries(names.map(name => [name, 'x'.repeat(1000)])),
      'media.jsonl': `${lines.join('\n')}\n`,
    });
    const shared = async (others: ReadonlyMap<string, Buffer>): Promise<[number, string[]]> => {
      const room = new KeptRoom(keptFileBytes, others);
      const { files, left } = await keptFiles(runPathsIn(folder.path), undefined, neutral, room);
      assert.ok(room.bytes >= 0 && room.files >= 0 && room.listing >= 0);
      return [files.length, left.filter(({ path }) => !path.startsWith('artifacts/')).map(({ why }) => why)];
    };
    const noRoom = (count: number): string => `there is no room for ${count} of its lines, the last ones`;
    assert.deepEqual(await shared(new Map()), [13, [noRoom(1)]]);
    // Sizes alone count: one buffer stands for all.
    const large = Buffer.alloc(60 * 1024 * 1024 - 2500);
    assert.deepEqual(await shared(new Map([1, 2].map(n => [`record/${n}`, large]))), [5, [noRoom(3)]]);
    const empty = Buffer.alloc(0);
    const long = new Map(Array.from({ length: 1787 }, (_, n) => [`record/${'m'.repeat(855)}${n}`, empty]));
    const [count] = await shared(long);
    assert.ok(count > 0 && count < 13, String(count));
  });
});
