/** An exported run, unpacked and repeated on a machine without Lockstep. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand, type CommandOutcome } from '../../../src/base/runCommand.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { exportCrate } from '../../../src/sharing/crate/exportCrate.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { packageIndex, type PackageIndex } from '../../helpers/python/packageIndex.ts';
import { team, type Member, type Team } from './team.ts';

const trainer = `
import json, sys, os, helper, calculator
numbers = [float(line) for line in open('data.csv')]
with open('state.json') as state:
    numbers += json.load(state)
with open('state.json', 'w') as state:
    json.dump(numbers, state)
for step in range(3):
    print(json.dumps({'step': step, 'loss': helper.loss(step, numbers) * calculator.FACTOR}))
print('accuracy: 0.5')
with open(sys.argv[1], 'w') as model:
    model.write("it's " + str(sum(numbers)))
`;

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)));
}

describe('an exported run', function () {
  this.timeout(180_000);
  let all: Team;
  let ana: Member;
  let index: PackageIndex;
  let unpacked: string;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    all = await team();
    ana = await all.join('ana');
    index = await packageIndex(join(all.folder, 'index'), [
      ['calculator', '1.2', 'FACTOR = 2\ndef main(): pass\n'],
    ]);
    await ana.write({
      'train.py': trainer,
      '.gitignore': '.venv\ndata.csv\nstate.json\nout put.txt\n',
      LICENSE: 'free\n',
    });
    await ana.git('add', '--all');
    await ana.git('commit', '--quiet', '--message', 'a project');
    await ana.write({
      'data.csv': '1\n2\n',
      // Resumed from, and overwritten: what it was before goes along.
      'state.json': '[]',
      'helper.py': 'def loss(step, numbers):\n    return sum(numbers) / (step + 1)\n',
    });
    const venv = await runCommand({
      program: 'python3',
      // Without pip, which takes longest: the script makes an environment with it soon enough.
      args: ['-m', 'venv', '--without-pip', '.venv'],
      cwd: ana.root,
      env: ana.environment,
    });
    assert.equal(venv.exitCode, 0, venv.stderr);
    const install =
      'import glob, sysconfig, sys, zipfile\nfor one in glob.glob(sys.argv[1] + "/*.whl"): zipfile.ZipFile(one).extractall(sysconfig.get_paths()["purelib"])';
    const installed = await runCommand({
      program: join(ana.root, '.venv/bin/python'),
      args: ['-c', install, join(all.folder, 'index')],
      env: ana.environment,
    });
    assert.equal(installed.exitCode, 0, installed.stderr);
    await ana.expect(
      0,
      'run',
      '--name',
      "ana's run",
      '--',
      '.venv/bin/python',
      'train.py',
      join(ana.root, 'out put.txt'),
    );
    const zip = join(all.folder, 'run.zip');
    assert.match(await ana.expect(0, 'share', 'export', '@1', '--output', zip), /Exported run/);
    assert.match((await ana.lockstep(['share', 'export', '@1', '--output', zip])).stderr, /exists already/);
    unpacked = join(all.folder, 'un packed');
    await mkdir(unpacked);
    // What opens zip files everywhere keeps no modes; the script is started with sh.
    const unzip = await runCommand({
      program: 'python3',
      args: ['-m', 'zipfile', '-e', zip, unpacked],
      env: ana.environment,
    });
    assert.equal(unzip.exitCode, 0, unzip.stderr);
    const home = join(all.folder, 'home of nobody');
    await mkdir(home);
    environment = scrubbedEnvironment(home, { PIP_INDEX_URL: index.url });
  });
  after(async () => {
    await index[Symbol.asyncDispose]();
    await all[Symbol.asyncDispose]();
  });

  async function repeat(
    extra: NodeJS.ProcessEnv = {},
    shell = 'sh',
  ): Promise<CommandOutcome & { text: string }> {
    const outcome = await runCommand({
      program: shell,
      args: [join(unpacked, 'reproduce.sh')],
      cwd: all.folder,
      env: { ...environment, ...extra },
      timeoutMs: 120_000,
    });
    return { ...outcome, text: outcome.stdout.toString('utf8') + outcome.stderr };
  }

  it('is repeated by its script alone, packages and all, with a verdict as exit code', async () => {
    const { exitCode, text } = await repeat();
    assert.equal(exitCode, 0, text);
    assert.match(text, /metric +identical +loss 2\.0 then, 2\.0 now/);
    assert.match(text, /output +identical +out put\.txt/);
    assert.match(text, /Reproduced: identical\./);
    // The workspace that it came from is not written to again.
    assert.equal(await readFile(join(unpacked, 'reproduction', 'out put.txt'), 'utf8'), "it's 3.0");

    assert.equal((await repeat()).exitCode, 2, 'it wrote over what was there');
    await rm(join(unpacked, 'reproduction'), { recursive: true });
    await writeFile(join(unpacked, 'code', 'helper.py'), 'def loss(step, numbers):\n    return 7\n');
    const PYTHON = join(unpacked, 'reproduction.venv', 'bin', 'python');
    for (const shell of ['bash', 'dash', 'zsh'].filter(isInstalled)) {
      await rm(join(unpacked, 'reproduction'), { recursive: true, force: true });
      const diverged = await repeat({ PYTHON, INSTALL: '0' }, shell);
      assert.equal(diverged.exitCode, 1, `${shell}: ${diverged.text}`);
      assert.match(diverged.text, /metric +differs +loss/);
    }
  });

  it('is a Process Run Crate that says what ran, with what, and what came out', async () => {
    const metadata = JSON.parse(await readFile(join(unpacked, 'ro-crate-metadata.json'), 'utf8')) as {
      '@graph': (Record<string, unknown> & { '@id': string })[];
    };
    const graph = new Map(metadata['@graph'].map(one => [one['@id'], one]));
    assert.equal(graph.size, metadata['@graph'].length, 'two entities have the same id');
    const root = graph.get('./') ?? assert.fail();
    assert.deepEqual(root['conformsTo'], { '@id': 'https://w3id.org/ro/wfrun/process/0.5' });
    const action = graph.get((root['mentions'] as { '@id': string })['@id']) ?? assert.fail();
    assert.equal(action['@type'], 'CreateAction');
    assert.deepEqual(action['instrument'], { '@id': 'code/train.py' });
    assert.deepEqual(action['agent'], { '@id': '#author' });
    assert.match(String(action['description']), /train\.py/);
    for (const entity of graph.values())
      for (const value of Object.values(entity))
        for (const one of [value].flat() as { '@id'?: string }[]) {
          const id = typeof one === 'object' ? one['@id'] : undefined;
          if (id !== undefined && !id.startsWith('http'))
            assert.ok(graph.has(id), `${id} is named and not described`);
        }
    const files = [...graph.values()].filter(one => [one['@type']].flat().includes('File'));
    for (const file of files) await readFile(join(unpacked, decodeURIComponent(file['@id'])));
    const values = [...graph.values()]
      .filter(one => one['@type'] === 'PropertyValue')
      .map(one => one['name']);
    assert.ok(values.includes('loss'), values.join());
    const text = JSON.stringify(metadata);
    assert.ok(!text.includes(ana.home), 'the home folder is in the crate');
  });

  it('says first what it does not hold, and needs a folder to lie in', async () => {
    const dora = await all.join('dora');
    const outside = join(dora.home, 'outside.csv');
    await writeFile(outside, '7\n');
    await dora.write({
      'read.py':
        'import sys; print("loss:", open(sys.argv[1]).read())\nopen(sys.argv[2], "w").write("of hers")\n',
    });
    await dora.expect(0, 'run', '--', 'python3', 'read.py', outside, join(dora.home, 'outside.txt'));
    const nowhere = await dora.lockstep(['share', 'export', '@1', '--output', join(dora.home, 'no/a.zip')]);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /There is no folder/);
    const zip = join(dora.home, 'a.zip');
    assert.match(
      await dora.expect(0, 'share', 'export', '@1', '--output', zip),
      /Not in it.*\n.*outside\.csv/,
    );
    const folder = join(dora.home, 'unpacked');
    await runCommand({
      program: 'python3',
      args: ['-m', 'zipfile', '-e', zip, folder],
      env: dora.environment,
    });
    const shown = ['README.md', 'ro-crate-metadata.json', 'provenance.intoto.json'].map(name =>
      join(folder, name),
    );
    for (const path of shown) {
      const text = await readFile(path, 'utf8');
      assert.ok(!text.includes(dora.home), `${path} names the home folder`);
      assert.match(text, /~\/outside\.csv/, path);
    }
    assert.match(await readFile(join(folder, 'provenance.intoto.json'), 'utf8'), /"name": "~\/outside\.txt"/);
    const script = { program: 'sh', args: [join(folder, 'reproduce.sh')], cwd: folder };
    const env = { ...environment, INSTALL: '0' };
    const lacking = await runCommand({ ...script, env });
    assert.equal(lacking.exitCode, 3);
    assert.match(lacking.stderr, /the run read ~\/outside\.csv, which is not part of this export/);
    assert.ok(!(await readdir(folder)).includes('reproduction'), 'it began all the same');
  });

  it('takes pinned data that is not checked out from the data cache', async () => {
    const eve = await all.join('eve');
    await eve.write({
      'read.py': 'print("loss:", open("one.csv").read(), open("many/a b.csv").read())\n',
      ...{ 'one.csv': '11\n', 'many/a b.csv': '22\n', 'many/c.csv': '33\n' },
    });
    await eve.expect(0, 'data', 'add', 'one.csv', 'many');
    await eve.git('add', '--all');
    await eve.git('commit', '--quiet', '--message', 'with data');
    await eve.expect(0, 'run', '--', 'python3', 'read.py');
    await rm(join(eve.root, 'one.csv'), { force: true });
    await rm(join(eve.root, 'many'), { recursive: true });
    const zip = join(eve.home, 'cached.zip');
    assert.doesNotMatch(await eve.expect(0, 'share', 'export', '@1', '--output', zip), /Not in it/);
    const listed = await runCommand({
      program: 'python3',
      args: ['-m', 'zipfile', '-l', zip],
      env: eve.environment,
    });
    assert.match(listed.stdout.toString('utf8'), /one\.csv[^]*many\/a b\.csv|many\/a b\.csv[^]*one\.csv/);
  });

  it('has no script where no code is known', async () => {
    const folder = join(all.folder, 'no repository');
    await mkdir(folder);
    await writeFile(join(folder, 'a.py'), 'print("loss: 1")\n');
    const here = { cwd: folder };
    assert.equal((await ana.lockstep(['run', '--', 'python3', 'a.py'], here)).code, 0);
    const { code, stdout, stderr } = await ana.lockstep(
      ['share', 'export', '@1', '--output', join(all.folder, 'b.zip')],
      here,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Without reproduce\.sh: the code of the run is not known/);
  });

  it('replaces a file where that was asked, but keeps it where nothing may be exported', async () => {
    await ana.write({ 'notes.txt': `aws_access_key_id = ${['AKIA', 'Z7QFGHIJKLMNOPQR'].join('')}\n` });
    await ana.expect(0, 'run', '--', 'true');
    const store = new RunStore(ana.store);
    const run = await store.read(await store.resolve('@1'));
    const output = join(all.folder, 'mine.zip');
    await writeFile(output, 'mine');
    const request = { store: ana.store, root: ana.root, run, output, replace: true, toolVersion: '1' };
    const task = { environment: ana.environment };
    assert.equal((await exportCrate(request, task)).state, 'refused');
    assert.equal(await readFile(output, 'utf8'), 'mine');
    assert.equal((await exportCrate({ ...request, allow: ['notes.txt'] }, task)).state, 'exported');
    assert.equal((await readFile(output)).subarray(0, 2).toString(), 'PK');
  });
});
