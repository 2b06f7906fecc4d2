/** What is kept of a devcontainer is nobody else's to read, and what killed calls left is taken away. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noteOfContainer } from '../../../../src/environments/devcontainer/containerNotes.ts';
import { sweepTemporary } from '../../../../src/environments/devcontainer/devcontainerProgram.ts';
import { environmentFolder } from '../../../../src/environments/devcontainer/environmentFolder.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('the folder of a devcontainer', () => {
  it('is closed to others, with what an older version left open', async function () {
    if (process.platform === 'win32') return this.skip();
    await using cache = await temporaryFolder();
    const folder = environmentFolder(cache.path, '/home/ada/my project', '.devcontainer.json');
    await mkdir(folder.folder, { recursive: true, mode: 0o755 });
    await writeFile(folder.log, 'TOKEN=x', { mode: 0o644 });
    await noteOfContainer(folder, 'c1', { shell: { TOKEN: 'x' } });
    const modes = await Promise.all(
      [folder.folder, folder.log, folder.container('c1')].map(async path => (await stat(path)).mode & 0o777),
    );
    assert.deepEqual(modes, [0o700, 0o600, 0o600]);
  });

  it('has no temporary folders of calls that no process belongs to', async function () {
    if (process.platform !== 'linux') return this.skip();
    await using folder = await temporaryFolder();
    const [used, left, young] = ['a'.repeat(16), 'b'.repeat(16), 'c'.repeat(16)];
    for (const name of [used, left, young, 'other']) await mkdir(join(folder.path, name));
    for (const name of [used, left, 'other']) await utimes(join(folder.path, name), 1, 1);
    const user = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'], LOCKSTEP_DEVCONTAINER: used } });
    try {
      await once(user, 'spawn');
      await sweepTemporary(folder.path);
      assert.deepEqual((await readdir(folder.path)).sort(), [used, young, 'other']);
    } finally {
      user.kill();
    }
  });
});
