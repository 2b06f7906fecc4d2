/** Runs and reproductions with pinned data, through the command line that is shipped. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';

const trainer = `
import json, os
numbers = [float(line) for line in open('data/numbers.csv')]
images = [open(os.path.join('data/images', name)).read() for name in sorted(os.listdir('data/images'))]
print(json.dumps({'step': 0, 'sum': sum(numbers), 'letters': sum(len(image) for image in images)}))
with open('model.json', 'w') as model:
    json.dump({'sum': sum(numbers)}, model)
`;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

async function succeed(project: CliProject, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.lockstep(words);
  assert.equal(code, 0, `lockstep ${words.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

async function reproduce(project: CliProject, run: string) {
  const { document } = await project.json(['reproduce', run, '--json']);
  return verdictSchema.parse(document);
}

describe('runs with pinned data', function () {
  this.timeout(180_000);

  it('know what was pinned, pin what they make, and get their own data again from cache and remote', async () => {
    await using project = await cliProject({ 'train.py': trainer, '.gitignore': 'model.json.tmp\n' });
    const { root, repository } = project;
    const write = repository.write.bind(repository);
    await write({ 'data/numbers.csv': '1\n2\n', 'data/images/a.txt': 'one', 'data/images/b.txt': 'three' });
    await succeed(project, 'data', 'add', 'data/numbers.csv', 'data/images');
    const remote = join(project.repository.home, 'remote');
    await mkdir(remote);
    await write({ '.dvc/config': `[core]\n    remote = here\n['remote "here"']\n    url = ${remote}\n` });
    await repository.commit('data, first version');
    await succeed(project, 'data', 'push');
    await succeed(project, 'run', '--pin-outputs', '--', 'python3', 'train.py');

    const runs = new RunStore(join(root, '.git', 'lockstep'));
    const id = await runs.resolve('@1');
    const run = await runs.read(id);
    const pins = run.plan?.pins ?? [];
    assert.deepEqual(
      pins.map(({ path, known }) => [path, known]),
      [
        ['data/images', 'declared'],
        ['data/numbers.csv', 'captured'],
      ],
    );
    assert.equal(pins[1]?.object, `md5:${md5('1\n2\n')}`);
    assert.deepEqual(
      run.result?.pinned?.map(({ path, object, pinFile }) => [path, object, pinFile]),
      [['model.json', `md5:${md5('{"sum": 3.0}')}`, 'model.json.dvc']],
      JSON.stringify(run.result?.warnings),
    );
    const committed = await repository.commit('model of the run');
    const history = JSON.parse(await succeed(project, 'data', 'history', 'model.json', '--json')) as {
      versions: { commit: string; madeBy: string[] }[];
    };
    assert.deepEqual(
      history.versions.map(one => [one.commit, one.madeBy]),
      [[committed, [id]]],
    );
    const used = JSON.parse(await succeed(project, 'data', 'history', 'data/numbers.csv', '--json')) as {
      versions: { usedBy: string[] }[];
    };
    assert.deepEqual(used.versions[0]?.usedBy, [id]);

    // The data goes on, and the cache forgets the first version.
    await rm(join(root, 'data/images/a.txt'), { force: true });
    await write({ 'data/images/c.txt': 'a new one' });
    await rm(join(root, 'data/numbers.csv'), { force: true });
    await write({ 'data/numbers.csv': '7\n8\n' });
    await succeed(project, 'data', 'add', 'data/numbers.csv', 'data/images');
    await repository.commit('data, second version');
    const object = join(root, '.dvc/cache/files/md5', md5('1\n2\n').slice(0, 2), md5('1\n2\n').slice(2));
    await chmod(object, 0o644);
    await rm(object);
    const verdict = await reproduce(project, id);
    assert.notEqual(verdict.verdict, 'diverged', JSON.stringify(verdict, null, 1));
    assert.deepEqual(
      verdict.metrics.map(metric => [metric.key, metric.verdict]),
      [
        ['letters', 'identical'],
        ['sum', 'identical'],
      ],
      JSON.stringify(verdict, null, 1),
    );
    // What it made is nobody's pin, and the workspace has the new data.
    assert.equal(await readFile(join(root, 'data/numbers.csv'), 'utf8'), '7\n8\n');
    assert.equal(await readFile(object, 'utf8'), '1\n2\n');
    assert.equal(await repository.git('status', '--porcelain'), '');

    // A branch that knows nothing of data, in a clone that never had any: the run's own code names the remote.
    await repository.git('checkout', '--quiet', '--orphan', 'other');
    await repository.git('rm', '--quiet', '-rf', '.');
    await rm(join(root, '.dvc'), { recursive: true });
    await rm(join(root, 'data'), { recursive: true, force: true });
    await write({ 'notes.txt': 'nothing else' });
    await repository.commit('notes');
    const { code, document } = await project.json(['reproduce', id, '--forecast', '--json']);
    const forecast = forecastSchema.parse(document);
    assert.equal(code, 0, JSON.stringify(forecast));
    assert.deepEqual(
      forecast.items
        .filter(one => one.ingredient === 'data')
        .map(({ what, availability, from }) => [what, availability, from])
        .sort(),
      [
        ['data/images', 'fetchable', 'here'],
        ['data/numbers.csv', 'fetchable', 'here'],
      ],
    );
    const elsewhere = await reproduce(project, id);
    assert.deepEqual(
      elsewhere.metrics.map(metric => [metric.key, metric.verdict]),
      verdict.metrics.map(metric => [metric.key, metric.verdict]),
      JSON.stringify(elsewhere, null, 1),
    );
    assert.equal(await repository.git('status', '--porcelain'), '');
  });

  it('cannot change the cache by writing to their data', async () => {
    const vandal = `
print('{"step": 0, "first": %d}' % int(open('numbers.csv').readline()))
import os
if os.path.exists('hurt'):
    os.chmod('numbers.csv', 0o644)
    with open('numbers.csv', 'r+') as data:
        data.write('9')
`;
    await using project = await cliProject({ 'train.py': vandal, 'numbers.csv': '1\n2\n', hurt: '' });
    const { root, repository } = project;
    await repository.git('rm', '--quiet', '--cached', 'numbers.csv');
    await succeed(project, 'data', 'add', 'numbers.csv');
    await repository.commit('pinned');
    // In the workspace the data is a copy of its own; the run writes over it.
    await succeed(project, 'run', '--', 'python3', 'train.py');
    const object = join(root, '.dvc/cache/files/md5', md5('1\n2\n').slice(0, 2), md5('1\n2\n').slice(2));
    assert.equal(await readFile(object, 'utf8'), '1\n2\n');
    await reproduce(project, '@1');
    assert.equal(await readFile(object, 'utf8'), '1\n2\n');
    assert.equal((await stat(object)).mode & 0o777, 0o444);
    await writeFile(join(root, 'numbers.csv'), '1\n2\n');
  });
});
