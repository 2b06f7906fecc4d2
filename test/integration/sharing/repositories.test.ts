/** Repositories that are not plain: ids of sha256, Git LFS, submodules, child runs, and two who share at once. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shareExportOutputSchema, sharePushOutputSchema } from '../../../src/cli/output/shareOutput.ts';
import { runCommand } from '../../../src/base/runCommand.ts';
import { readMediaLines } from '../../../src/runs/media.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { isNeeded } from '../../../src/sharing/findLacks.ts';
import { team, type Member, type Team } from './team.ts';

async function committed(who: Member, files: Readonly<Record<string, string>>): Promise<void> {
  await who.write(files);
  await who.git('add', '--all');
  await who.git('commit', '--quiet', '--message', 'a project');
  await who.git('push', '--quiet', 'origin', 'HEAD:main');
}

async function push(who: Member, id: string, ...words: string[]) {
  const { code, stdout, stderr } = await who.lockstep(['share', 'push', id, '--json', ...words]);
  assert.notEqual(stdout, '', stderr);
  const { runs } = sharePushOutputSchema.parse(JSON.parse(stdout));
  assert.equal(code, runs.some(({ lacks }) => lacks.some(isNeeded)) ? 1 : 0, stdout + stderr);
  return runs[0] ?? assert.fail();
}

describe('sharing a run of a repository', function () {
  this.timeout(180_000);

  it('whose ids are of sha256, which two people share at once', async () => {
    await using all: Team = await team('sha256');
    const ana = await all.join('ana');
    await committed(ana, { 'train.py': 'print(\'{"loss": 1}\')\n' });
    await ana.write({ 'more.py': '# not committed\n' });
    await ana.expect(0, 'run', '--', 'python3', 'train.py');
    const id = await new RunStore(ana.store).resolve('@1');
    assert.equal((await push(ana, id)).state, 'shared');
    const bob = await all.join('bob');
    await bob.expect(0, 'share', 'fetch', '--full');
    await Promise.all([
      ana.expect(0, 'annotate', id, '--tag', 'from-ana'),
      bob.expect(0, 'annotate', id, '--tag', 'from-bob'),
    ]);
    assert.deepEqual(
      (await Promise.all([push(ana, id), push(bob, id)])).map(({ state }) => state),
      ['updated', 'updated'],
    );
    const carol = await all.join('carol');
    await carol.expect(0, 'share', 'fetch');
    const { annotations } = await new RunStore(carol.store).read(id);
    assert.deepEqual(
      new Map(annotations.broughtBy?.tags),
      new Map([
        ['from-ana', 'ana'],
        ['from-bob', 'bob'],
      ]),
    );
    await carol.expect(0, 'reproduce', id, '--yes');
  });

  it('with Git LFS: objects go along, and those that are nowhere are named', async function () {
    const there = await runCommand({ program: 'git', args: ['lfs', 'version'] }).catch(() => undefined);
    if (there?.exitCode !== 0) this.skip();
    await using all: Team = await team();
    const ana = await all.join('ana');
    await ana.git('lfs', 'install', '--local');
    await committed(ana, {
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'weights.bin': '0.5\n',
      'train.py': 'print(\'{"loss": %s}\' % open("weights.bin").read().strip())\n',
    });
    // Changed and not committed: its object is in no commit, so git lfs would not push it.
    await ana.write({ 'weights.bin': '0.25\n' });
    await ana.expect(0, 'run', '--', 'python3', 'train.py');
    const id = await new RunStore(ana.store).resolve('@1');
    const shared = await push(ana, id);
    assert.deepEqual(shared.lacks, []);
    assert.equal(shared.data?.pushed, 1, JSON.stringify(shared));
    const bob = await all.join('bob');
    const verdict = await bob.expect(0, 'reproduce', id, '--yes');
    assert.match(verdict, /identical/i);

    await ana.write({ 'weights.bin': '0.125\n' });
    await ana.expect(0, 'run', '--', 'python3', 'train.py');
    const lost = await new RunStore(ana.store).resolve('@1');
    await rm(join(ana.root, '.git/lfs/objects'), { recursive: true });
    const { lacks } = await push(ana, lost);
    assert.match(JSON.stringify(lacks), /"kind":"data","what":"weights\.bin"/);
  });

  it('with a submodule whose commit is not here, and child runs, which lie below their parent', async () => {
    await using all: Team = await team();
    const [ana, bob] = [await all.join('ana'), await all.join('bob')];
    const library = join(ana.home, 'library');
    const local = ['-c', 'protocol.file.allow=always'];
    const author = ['-c', 'user.name=ana', '-c', 'user.email=ana@example.invalid'];
    await ana.git('init', '--quiet', library);
    await writeFile(join(library, 'model.py'), 'VALUE = 0.25\n');
    await ana.git('-C', library, 'add', '.');
    await ana.git('-C', library, ...author, 'commit', '--quiet', '--message', 'library');
    await ana.git(...local, 'submodule', '--quiet', 'add', library, 'lib');
    await committed(ana, {
      'train.py': `
import sys; sys.path.insert(0, 'lib')
import json, os, urllib.request, model
def call(name, body):
    url = os.environ['MLFLOW_TRACKING_URI'] + '/api/2.0/mlflow/runs/' + name
    request = urllib.request.Request(url, json.dumps(body).encode(), {'Content-Type': 'application/json'})
    return json.load(urllib.request.urlopen(request))
for place in range(3):
    run = call('create', {'experiment_id': '0', 'start_time': 1700000000000})['run']['info']['run_id']
    call('log-metric', {'run_id': run, 'key': 'loss', 'value': model.VALUE * place, 'timestamp': 1700000000000, 'step': 1})
    call('update', {'run_id': run, 'status': 'FINISHED', 'end_time': 1700000001000})
`,
    });
    await ana.expect(0, 'run', '--', 'python3', 'train.py');
    const runs = new RunStore(ana.store);
    const id = await runs.resolve('@1');
    const children = (await runs.list({ children: true })).filter(run => run.parent === id);
    assert.equal(children.length, 2);
    const large = Buffer.alloc(2 * 1024 * 1024, 7);
    const kept: Readonly<Record<string, string | Buffer>> = {
      'artifacts/notes.txt': `made in ${ana.home}/x\n`,
      'artifacts/broken.json': '{"loss": NaN',
      'artifacts/large.bin': large,
      'artifacts/.gitattributes': '* text\n',
      'artifacts/sub folder/ends.crlf': 'a\r\nb\r\n',
      'models/m-1/MLmodel': 'flavors: {}\n',
      'media/small.png': Buffer.from([0x89, 0, 255]),
      'media/large.png': large,
      'media.jsonl': ['small', 'large']
        .map(
          name =>
            `${JSON.stringify({ kind: 'image', key: name, step: 1, time: 1, file: `media/${name}.png` })}\n`,
        )
        .join(''),
    };
    const { dir } = runPaths(ana.store, id);
    for (const [path, bytes] of Object.entries(kept)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), bytes);
    }
    const zip = join(ana.home, 'run.zip');
    const exported = shareExportOutputSchema.parse(
      JSON.parse(await ana.expect(0, 'share', 'export', id, '--output', zip, '--max-size', '3M', '--json')),
    );
    assert.deepEqual(
      exported.left.map(({ path }) => path),
      ['artifacts/.gitattributes'],
    );
    assert.ok((await readFile(zip)).includes('record/media/large.png'));
    // Where the library lay: a fetch of the submodule finds nobody.
    const { lacks, naming } = await push(ana, id);
    const named = [{ path: 'record/artifacts/notes.txt', what: 'your home folder' }];
    assert.deepEqual([naming, exported.naming], [named, named]);
    assert.deepEqual(
      lacks.filter(({ kind }) => kind === 'artifact').map(({ what, why }) => `${what}: ${why}`),
      [
        'media/large.png: 2.0 MiB, larger than 1.0 MiB; --max-size shares larger ones',
        'artifacts/.gitattributes: its name does not mean the same on every machine',
        'artifacts/large.bin: 2.0 MiB, larger than 1.0 MiB; --max-size shares larger ones',
      ],
    );
    await rm(library, { recursive: true });
    await bob.expect(0, 'share', 'fetch');
    assert.deepEqual(
      (await new RunStore(bob.store).list({ children: true }))
        .filter(run => run.parent === id)
        .map(run => run.id),
      children.map(run => run.id),
    );
    const there = runPaths(bob.store, id);
    const paths = [
      'media/small.png',
      // Byte for byte, so a reproduction that writes it has the same hash; its author was told that it names them.
      'artifacts/notes.txt',
      'artifacts/broken.json',
      'models/m-1/MLmodel',
      'artifacts/sub folder/ends.crlf',
    ];
    for (const path of paths)
      assert.deepEqual(await readFile(join(there.dir, path)), Buffer.from(kept[path] ?? ''), path);
    assert.deepEqual(
      readMediaLines(await readFile(there.media, 'utf8')).map(({ key }) => key),
      ['small'],
    );
    assert.match(await bob.expect(0, 'show', id), /artifacts\/notes\.txt/);
    assert.match(await bob.expect(0, 'reproduce', id, '--yes'), /identical/i);
  });
});
