/** Forecasts of a real run: real git, pinned data with a remote on disk, and what has become of all that since. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  canReproduce,
  forecastReproduction,
  type ForecastRequest,
} from '../../../src/reproduction/forecast/forecastReproduction.ts';
import { forecastSchema, type Forecast, type ForecastItem } from '../../../src/runs/forecast.ts';
import { readPackageList, writePackageList } from '../../../src/runs/packageStore.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';
import { repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const trainer = `
import json, os
numbers = [float(line) for line in open('data/numbers.csv')]
images = [open(os.path.join('data/images', name)).read() for name in sorted(os.listdir('data/images'))]
labels = open('labels.txt').read()
for step in range(3):
    print(json.dumps({'step': step, 'sum': sum(numbers) + len(images) + len(labels)}))
with open('model.json', 'w') as model:
    json.dump({'sum': sum(numbers)}, model)
`;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function find({ items }: Forecast, what: string): ForecastItem | undefined {
  return items.find(one => one.what === what);
}

describe('a forecast', function () {
  this.timeout(120_000);
  let project: CliProject;
  let remote: string;
  let cached: string;

  before(async () => {
    project = await cliProject({ 'train.py': trainer, '.gitignore': 'model.json\nlabels.txt\n' });
    const { root, repository } = project;
    await repository.write({
      ...{ 'data/numbers.csv': '1\n2\n', 'data/images/a.txt': 'one', 'data/images/b.txt': 'three' },
      'labels.txt': 'cat dog',
    });
    const add = await project.lockstep(['data', 'add', 'data/numbers.csv', 'data/images']);
    assert.equal(add.code, 0, add.stderr);
    remote = join(repository.home, 'remote');
    await mkdir(remote);
    await repository.write({
      '.dvc/config': `[core]\n    remote = here\n['remote "here"']\n    url = ${remote}\n`,
    });
    await repository.commit('data');
    const run = await project.lockstep(['run', '--', 'python3', 'train.py']);
    assert.equal(run.code, 0, run.stderr);
    cached = join(root, '.dvc/cache/files/md5', md5('1\n2\n').slice(0, 2), md5('1\n2\n').slice(2));
  });

  after(() => project[Symbol.asyncDispose]());

  async function forecast(
    run = '@1',
    env: Readonly<Record<string, string>> = {},
    options: ForecastRequest['options'] = {},
  ): Promise<{ possible: boolean; forecast: Forecast }> {
    const { root, environment } = project;
    const runs = new RunStore(join(root, '.git', 'lockstep'));
    const made = await forecastReproduction({
      original: await runs.read(await runs.resolve(run)),
      ...{ store: runs.store, root, options, variables: { ...environment, ...env } },
    });
    return { possible: canReproduce(made), forecast: forecastSchema.parse(JSON.parse(JSON.stringify(made))) };
  }

  it('finds everything here, and leaves everything as it is', async () => {
    const before = await repositoryFingerprint(project.root);
    const { code, document } = await project.json(['reproduce', '@1', '--forecast', '--json']);
    const seen = forecastSchema.parse(document);
    assert.equal(code, 0);
    assert.deepEqual(await repositoryFingerprint(project.root), before);
    assert.equal(seen.closeness, 'bit-identical', JSON.stringify(seen.limits));
    assert.match(seen.sentence, /^Nothing recorded stands against equal bits, in about .*no seed was seen/);
    assert.deepEqual(
      seen.items.filter(one => one.ingredient === 'data').map(one => [one.what, one.availability, one.from]),
      [
        ['data/images', 'here', 'the cache'],
        ['data/numbers.csv', 'here', 'the cache'],
        ['labels.txt', 'here', 'the workspace'],
      ],
    );
    assert.equal(seen.fetch, 0);
    assert.ok(seen.disk.needed > 0 && (seen.disk.free ?? 0) > 0);
    assert.deepEqual(seen.blockers, []);
    assert.equal(seen.duration?.basis, 'original');
    assert.deepEqual(
      seen.ingredients.map(row => `${row.name} ${row.status}`).filter(row => !row.startsWith('parameters')),
      ['code same', 'data same', 'environment same', 'hardware same', 'determinism unknown'],
      JSON.stringify(seen.ingredients, null, 1),
    );
  });

  it('prints a page that says the same', async () => {
    const { code, stdout } = await project.lockstep(['reproduce', '@1', '--forecast']);
    assert.equal(code, 0);
    for (const part of [
      /^≈ Nothing recorded/m,
      /nothing was started or fetched/,
      /^data +data\/images +here/m,
      /^ {2}disk: /m,
    ])
      assert.match(stdout, part);
  });

  it('looks for pinned data in the cache, then in the remote, and says when nobody has it', async () => {
    const { root } = project;
    const aside = join(project.repository.home, 'aside');
    const inWorkspace = join(root, 'data/numbers.csv');
    await rename(cached, aside);
    await writeFile(inWorkspace, '9\n');
    const gone = await forecast();
    assert.equal(gone.possible, false);
    assert.deepEqual(
      [find(gone.forecast, 'data/numbers.csv')?.availability, gone.forecast.closeness],
      ['gone', 'not-the-same-run'],
    );
    assert.match(
      gone.forecast.sentence,
      /^It cannot be the same run: data\/numbers\.csv \(neither the cache nor the remote here has it\)/,
    );
    // It would run, with what the workspace has now, and say so.
    assert.deepEqual(
      [gone.forecast.blockers, gone.forecast.caps],
      [[], ['input data/numbers.csv has changed since']],
    );
    await rm(inWorkspace);
    assert.deepEqual(
      (await forecast()).forecast.blockers.map(one => one.code),
      ['input-missing'],
    );

    const object = join(remote, 'files/md5', md5('1\n2\n').slice(0, 2), md5('1\n2\n').slice(2));
    await mkdir(join(object, '..'), { recursive: true });
    await writeFile(object, '1\n2\n');
    const fetchable = await forecast();
    assert.equal(fetchable.possible, true);
    const item = find(fetchable.forecast, 'data/numbers.csv');
    assert.deepEqual([item?.availability, item?.bytes, item?.from], ['fetchable', 4, 'here']);
    assert.equal(fetchable.forecast.fetch, 4);
    // Nothing was fetched for that.
    await assert.rejects(stat(cached));

    await writeFile(inWorkspace, '1\n2\n');
    await rename(aside, cached);
    await rm(object);
    assert.equal((await forecast()).forecast.fetch, 0);
  });

  it('tells an input that was only written again from one that has changed, and one that is gone', async () => {
    const path = join(project.root, 'labels.txt');
    const times = await stat(path);
    await writeFile(path, 'cat dog');
    assert.equal((await forecast()).forecast.closeness, 'bit-identical');
    await writeFile(path, 'cat cat');
    const changed = await forecast();
    assert.equal(changed.possible, false);
    assert.equal(find(changed.forecast, 'labels.txt')?.reason, 'it has changed since the run');
    assert.deepEqual(changed.forecast.caps, ['input labels.txt has changed since']);
    assert.match(
      changed.forecast.ingredients.find(row => row.name === 'data')?.differences[0] ?? '',
      /^labels\.txt [0-9a-f]{7} → [0-9a-f]{7}$/,
    );
    await rm(path);
    const gone = await forecast();
    assert.deepEqual([gone.possible, gone.forecast.blockers[0]?.code], [false, 'input-missing']);
    await writeFile(path, 'cat dog');
    await utimes(path, times.atime, times.mtime);
  });

  it('knows code that the repository has lost', async () => {
    const { repository } = project;
    const blob = await repository.git('rev-parse', 'HEAD:train.py');
    const object = join(project.root, '.git/objects', blob.slice(0, 2), blob.slice(2));
    const bytes = await readFile(object);
    await chmod(object, 0o644);
    await rm(object);
    const { possible, forecast: seen } = await forecast();
    assert.equal(possible, false);
    assert.equal(seen.blockers[0]?.code, 'object-missing');
    assert.match(seen.items[0]?.reason ?? '', /the content of train\.py is missing/);
    await writeFile(object, bytes);
  });

  it('names a package that has changed since, and has the others made once more', async () => {
    const store = join(project.root, '.git', 'lockstep');
    const runs = new RunStore(store);
    const path = runPaths(store, await runs.resolve('@1')).captured;
    await waitFor('what was captured', () => existsSync(path));
    const text = await readFile(path, 'utf8');
    const record = JSON.parse(text) as { packages: { value: { list: string } } };
    const packages = await readPackageList(store, record.packages.value.list);
    const before = packages.filter(one => one.name !== 'numpy');
    record.packages.value.list = await writePackageList(store, [
      ...before,
      { name: 'numpy', version: '0.1' },
    ]);
    await writeFile(path, JSON.stringify(record));
    const { possible, forecast: seen } = await forecast();
    assert.equal(possible, true);
    const item = seen.items.find(one => one.what.endsWith(' packages'));
    assert.equal(item?.availability, 'rebuildable');
    assert.match(item.reason ?? '', /^numpy 0\.1 → .*; the size of \d+ is not known$/);
    assert.match(seen.environment, /made once more from the captured list/);
    assert.deepEqual(seen.caps, ['the environment was rebuilt from the captured list']);
    await writeFile(path, text);
  });

  it('names a checkpoint that is gone, or another file by now', async () => {
    const model = join(project.root, 'model.json');
    const codes = async (): Promise<string[]> =>
      (await forecast('@1', {}, { checkpoint: 'model.json' })).forecast.blockers.map(one => one.code);
    const text = await readFile(model, 'utf8');
    assert.ok(!(await codes()).includes('checkpoint-gone'));
    await writeFile(model, 'of another run');
    assert.ok((await codes()).includes('checkpoint-gone'));
    await rm(model);
    assert.ok((await codes()).includes('checkpoint-gone'));
    await writeFile(model, text);
  });

  it('names secrets that must be set again', async () => {
    const secret = await project.lockstep([
      'run',
      '--name',
      'secret',
      '--',
      'python3',
      'train.py',
      '--api-key',
      'abcDEF123456789xyzQRS',
    ]);
    assert.equal(secret.code, 0, secret.stderr);
    const missing = await forecast('secret');
    assert.equal(missing.possible, false);
    const [blocker] = missing.forecast.blockers;
    assert.equal(blocker?.code, 'secret-missing');
    const name = /Set (\w+)/.exec(blocker.mend ?? '')?.[1] ?? '';
    assert.equal(find(missing.forecast, name)?.availability, 'gone');
    const set = await forecast('secret', { [name]: 'abcDEF123456789xyzQRS' });
    assert.deepEqual([set.possible, find(set.forecast, name)?.availability], [true, 'here']);
    const { code, stdout } = await project.lockstep(['reproduce', 'secret', '--forecast']);
    assert.equal(code, 3);
    assert.match(stdout, /^✗ It cannot start: The command had a secret that is not recorded/m);
  });
});
