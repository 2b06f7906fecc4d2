import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteProtection } from '../../../../src/execution/readOnly/writeProtection.ts';
import { keptLinks } from '../../../../src/reproduction/restore/keptLinks.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('keptLinks', () => {
  it('lets links lead only to what is mounted read-only, or can be', async () => {
    await using folder = await temporaryFolder();
    const workspace = join(folder.path, 'workspace');
    await mkdir(join(workspace, 'own'), { recursive: true });
    const far = join(folder.path, ...Array.from({ length: 15 }, () => 'long'.repeat(60)));
    await mkdir(far, { recursive: true });
    for (const place of [workspace, join(workspace, 'own'), folder.path, far])
      await writeFile(join(place, 'big.bin'), '');
    await symlink(join(folder.path, 'big.bin'), join(workspace, 'link.bin'));
    const kept = { folders: [workspace], except: [join(workspace, 'own')] };
    const programs = { unshare: '', mount: '', sh: '', env: '', nice: '' };
    const mounted: WriteProtection = {
      ...kept,
      mounted: { by: 'root', programs, folders: [], except: kept.except },
    };
    const table: [protection: Parameters<typeof keptLinks>[0], path: string, may: boolean][] = [
      [undefined, join(workspace, 'big.bin'), false],
      [{ ...kept, mounted: undefined }, join(workspace, 'big.bin'), false],
      ['container', join(folder.path, 'big.bin'), true],
      [mounted, join(workspace, 'big.bin'), true],
      [mounted, join(workspace, 'link.bin'), true],
      [mounted, join(folder.path, 'big.bin'), true],
      [mounted, join(workspace, 'own', 'big.bin'), true],
    ];
    for (const [protection, path, may] of table) assert.equal(await keptLinks(protection)(path), may, path);

    // Each place is a word of one command, whose length has an end; what is kept already takes none.
    const mayLink = keptLinks(mounted);
    const answers: boolean[] = [];
    for (let at = 0; at < 8; at += 1) {
      const place = join(far, `${at}.bin`);
      await writeFile(place, '');
      answers.push(await mayLink(place));
    }
    assert.deepEqual(answers.slice(0, 2), [true, true]);
    assert.equal(answers.at(-1), false);
    assert.ok(await mayLink(join(workspace, 'big.bin')));
  });
});
