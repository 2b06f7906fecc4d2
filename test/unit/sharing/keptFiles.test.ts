/** Which files that a program kept are shared, with which bytes. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runPathsIn } from '../../../src/runs/runPaths.ts';
import { keptFileBytes, keptFiles, KeptRoom } from '../../../src/sharing/record/keptFiles.ts';
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
      const room = new KeptRoom(keptFileBytes);
      const { files, left } = await keptFiles(runPathsIn(dir), undefined, neutral, room);
      assert.deepEqual(files, [], linked);
      assert.deepEqual(
        left.map(one => `${one.path}: ${one.why}`),
        [told],
      );
    }
  });
});
