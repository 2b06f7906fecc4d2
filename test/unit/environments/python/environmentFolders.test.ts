import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  beginBuild,
  currentBuild,
  environmentHome,
  isBeingBuilt,
  withdraw,
} from '../../../../src/environments/python/environmentFolders.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('folders of built environments', () => {
  it('have one that counts, whoever else builds at the same time', async () => {
    await using folder = await temporaryFolder();
    const home = environmentHome(folder.path, 'abc');
    assert.deepEqual([await currentBuild(home), await isBeingBuilt(home)], [undefined, false]);
    const builds = await Promise.all([1, 2, 3].map(() => beginBuild(home)));
    assert.equal(await isBeingBuilt(home), true);
    for (const build of builds) await mkdir(build.folder);
    const published = await Promise.all(builds.map(build => build.publish()));
    const current = await currentBuild(home);
    assert.deepEqual(new Set(published), new Set([current]));
    assert.deepEqual((await readdir(home)).sort(), [basename(current ?? ''), 'current'].sort());
    assert.equal(await isBeingBuilt(home), false);

    assert.ok(current);
    await withdraw(home, join(home, '0123abcd'));
    assert.equal(await currentBuild(home), current);
    await withdraw(home, current);
    assert.equal(await currentBuild(home), undefined);
    const next = await beginBuild(home);
    await mkdir(next.folder);
    assert.equal(await next.publish(), next.folder);
    // A training may go on in what was withdrawn.
    const withdrawn = [basename(current), `${basename(current)}.withdrawn`];
    const names = async (): Promise<string[]> => (await readdir(home)).sort();
    assert.deepEqual(await names(), [basename(next.folder), 'current', ...withdrawn].sort());
    const longAgo = new Date(Date.now() - 40 * 24 * 3600 * 1000);
    await utimes(join(home, `${basename(current)}.withdrawn`), longAgo, longAgo);
    if (process.platform === 'linux') {
      const hold = 'console.log(1); setInterval(() => {}, 1000)';
      const training = spawn(process.execPath, ['-e', hold, join(current, 'bin', 'python')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(training.stdout, 'data');
      await (await beginBuild(home)).discard();
      assert.deepEqual(await names(), [basename(next.folder), 'current', ...withdrawn].sort());
      training.kill('SIGKILL');
      await once(training, 'close');
    }
    await (await beginBuild(home)).discard();
    assert.deepEqual(await names(), [basename(next.folder), 'current'].sort());
  });

  it('do not keep what a killed builder left, nor believe a pointer that says nothing', async () => {
    await using folder = await temporaryFolder();
    const home = environmentHome(folder.path, 'abc');
    const module = join(import.meta.dirname, '../../../../src/environments/python/environmentFolders.ts');
    const script = `
      import { mkdir, writeFile } from 'node:fs/promises';
      const { beginBuild } = await import(${JSON.stringify(module)});
      const build = await beginBuild(${JSON.stringify(home)});
      await mkdir(build.folder);
      await writeFile(build.folder + '/half', '');
      console.log('building');
      setInterval(() => {}, 1000);
    `;
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(child.stdout, 'data');
    assert.equal(await isBeingBuilt(home), true);
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.equal(await isBeingBuilt(home), false);
    await writeFile(join(home, 'current'), '');
    assert.equal(await currentBuild(home), undefined);
    const build = await beginBuild(home);
    await mkdir(build.folder);
    assert.equal(await build.publish(), build.folder);
    assert.equal(await currentBuild(home), build.folder);
    assert.deepEqual((await readdir(home)).sort(), [basename(build.folder), 'current'].sort());
  });

  it('do not wait for builders of another machine, and give them a day', async () => {
    await using folder = await temporaryFolder();
    const home = environmentHome(folder.path, 'abc');
    const owner = join(home, '0123abcd.owner.json');
    await mkdir(join(home, '0123abcd'), { recursive: true });
    await writeFile(owner, JSON.stringify({ host: { host: 'elsewhere', bootId: 'x' }, process: { pid: 1 } }));
    assert.equal(await isBeingBuilt(home), false);
    await (await beginBuild(home)).discard();
    assert.deepEqual((await readdir(home)).sort(), ['0123abcd', '0123abcd.owner.json']);
    const longAgo = new Date(Date.now() - 2 * 24 * 3600 * 1000);
    await utimes(owner, longAgo, longAgo);
    await (await beginBuild(home)).discard();
    assert.deepEqual(await readdir(home), []);
  });
});
