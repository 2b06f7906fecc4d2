import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { link, mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  beginBuild,
  environmentHome,
  withdraw,
} from '../../../../src/environments/python/environmentFolders.ts';
import { noteUse, usesFolder } from '../../../../src/environments/python/environmentUses.ts';
import {
  managedEnvironments,
  removeEnvironment,
  unusedEnvironments,
} from '../../../../src/environments/python/managedEnvironments.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const longAgo = new Date(Date.now() - 40 * 24 * 3600 * 1000);

describe('managed Python environments', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => (place = await temporaryFolder()));
  afterEach(() => place[Symbol.asyncDispose]());

  /** Published, of `size` bytes beside a file that a cache has, too. Resolves with its folder. */
  async function made(key: string, size: number, usedAt?: Date): Promise<string> {
    const home = environmentHome(place.path, key);
    const build = await beginBuild(home);
    await mkdir(join(build.folder, 'lib'), { recursive: true });
    await writeFile(join(build.folder, 'lib', 'own.py'), 'x'.repeat(size));
    await writeFile(join(place.path, `${key}-cached`), 'y'.repeat(1000));
    await link(join(place.path, `${key}-cached`), join(build.folder, 'lib', 'shared.py'));
    const about = join(build.folder, 'lockstep-environment.json');
    await writeFile(about, JSON.stringify({ python: '3.12.4' }));
    await noteUse(home, '/home/ada/my project');
    if (usedAt !== undefined) {
      const [use = ''] = await readdir(usesFolder(home));
      for (const path of [about, join(usesFolder(home), use)]) await utimes(path, usedAt, usedAt);
    }
    return build.publish();
  }

  it('are told with size, project and last use, the largest first', async () => {
    assert.deepEqual(await managedEnvironments(place.path), []);
    const small = await made('aa', 10, longAgo);
    const large = await made('bb', 5000);
    const aside = await made('cc', 20);
    await withdraw(join(aside, '..'), aside);
    const unfinished = join(environmentHome(place.path, 'aa'), '0123abcd');
    await mkdir(unfinished);
    const building = await beginBuild(environmentHome(place.path, 'dd'));
    await mkdir(building.folder);
    const all = await managedEnvironments(place.path);
    const about = JSON.stringify({ python: '3.12.4' }).length;
    assert.deepEqual(
      all.map(({ folder, state, bytes, frees, projects, python }) => [
        ...[folder, state, bytes, bytes - frees, projects, python],
      ]),
      [
        [large, 'ready', 6000 + about, 1000, ['/home/ada/my project'], '3.12.4'],
        [aside, 'put-aside', 1020 + about, 1000, ['/home/ada/my project'], '3.12.4'],
        [small, 'ready', 1010 + about, 1000, ['/home/ada/my project'], '3.12.4'],
        ...all
          .slice(3)
          .map(({ folder, state }) => [
            ...[folder, state, 0, 0, folder === unfinished ? ['/home/ada/my project'] : [], undefined],
          ]),
      ],
    );
    const hourMs = 3600 * 1000;
    const table: [days: number, hoursLater: number, unused: string[]][] = [
      [30, 0, [small, unfinished]],
      // What was taken just now may be about to be run in.
      [0, 0, [small, unfinished]],
      [0, 1.1, [large, small, unfinished]],
      // A training may go on in it, on another machine that shares the folder.
      [0, 29 * 24, [large, small, unfinished]],
      [60, 31 * 24, [aside, small, unfinished]],
    ];
    for (const [days, hours, unused] of table)
      assert.deepEqual(
        unusedEnvironments(all, days, Date.now() + hours * hourMs)
          .map(one => basename(one.folder))
          .sort(),
        unused.map(one => basename(one)).sort(),
        `${days} days, ${hours} hours later`,
      );
    assert.equal(all.find(({ folder }) => folder === building.folder)?.state, 'being-built');
    await building.discard();
  });

  it('stay while a program or a run has them', async function () {
    if (process.platform !== 'linux') this.skip();
    const folder = await made('aa', 10, longAgo);
    const hold = 'console.log(1); setInterval(() => {}, 1000)';
    const training = spawn(process.execPath, ['-e', hold, join(folder, 'bin', 'python')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(training.stdout, 'data');
    const [held] = await managedEnvironments(place.path);
    assert.ok(held);
    assert.deepEqual([held.inUse, unusedEnvironments([held], 0)], [true, []]);
    assert.equal(await removeEnvironment(held), false);
    assert.equal((await managedEnvironments(place.path))[0]?.state, 'ready');
    training.kill('SIGKILL');
    await once(training, 'close');
    // The interpreter of a venv leads elsewhere: its words and its memory do not name it.
    for (const env of [{ VIRTUAL_ENV: folder }, { PATH: `/usr/bin:${join(folder, 'bin')}` }]) {
      const activated = spawn(process.execPath, ['-e', hold], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      await once(activated.stdout, 'data');
      assert.equal(await removeEnvironment(held), false, JSON.stringify(env));
      activated.kill('SIGKILL');
      await once(activated, 'close');
    }
    // Another one whose name begins alike is another one.
    const beside = spawn(process.execPath, ['-e', hold], {
      env: { VIRTUAL_ENV: `${folder}0`, OTHER: `/x${folder}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(beside.stdout, 'data');
    assert.equal((await managedEnvironments(place.path))[0]?.inUse, false);
    beside.kill('SIGKILL');
    await once(beside, 'close');
    const [named] = await managedEnvironments(place.path, one => one === folder);
    assert.equal(named?.inUse, true);
    assert.equal(await removeEnvironment(held, one => one === folder), false);
    assert.ok(existsSync(folder));
    assert.equal(await removeEnvironment(held), true);
    assert.deepEqual(await managedEnvironments(place.path), []);
    assert.deepEqual(await readdir(join(folder, '..')), []);
  });

  it('stay when a project has taken one after it was found to be unused', async () => {
    const folder = await made('aa', 10, longAgo);
    const [found] = await managedEnvironments(place.path);
    assert.ok(found);
    assert.deepEqual(unusedEnvironments([found], 0), [found]);
    await noteUse(join(folder, '..'), '/home/ada/other');
    assert.equal(await removeEnvironment(found), false);
    assert.equal((await managedEnvironments(place.path))[0]?.state, 'ready');
  });
});
