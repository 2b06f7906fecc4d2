/** The data commands as people type them, in real git repositories, without dvc. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import {
  dataCheckoutOutputSchema,
  dataDiffOutputSchema,
  dataGarbageOutputSchema,
  dataPinOutputSchema,
  dataPullOutputSchema,
  dataStatusOutputSchema,
  dataTransferOutputSchema,
} from '../../../src/cli/output/dataOutput.ts';
import { cliProject, type CliOutcome, type CliProject } from '../../helpers/lockstepCli.ts';
import { folderContent } from '../../helpers/folderContent.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';

const statusSchema = z.object({
  inSync: z.boolean(),
  paths: z.array(
    z.object({
      path: z.string(),
      state: z.string(),
      notSelected: z.boolean().optional(),
      notInCache: z.object({ files: z.number() }).optional(),
      notInRemote: z.object({ files: z.number() }).optional(),
    }),
  ),
});

describe('lockstep data', () => {
  let project: CliProject;
  const at = (...parts: string[]): string => join(project.root, ...parts);
  const data = (...words: string[]): Promise<CliOutcome> => project.lockstep(['data', ...words]);
  const states = async (...words: string[]): Promise<Record<string, string>> => {
    const { document } = await project.json(['data', 'status', '--json', ...words]);
    return Object.fromEntries(statusSchema.parse(document).paths.map(one => [one.path, one.state]));
  };

  before(async () => {
    project = await cliProject({ 'train.py': 'print(1)\n', 'tracked.txt': 'git keeps this\n' });
    await project.repository.write({
      'data/raw/a.csv': 'a\n',
      'data/raw/deep/b.csv': 'bb\n',
      'data/raw/deep/c.csv': 'ccc\n',
      'model é.bin': 'a model',
    });
  });
  after(() => project[Symbol.asyncDispose]());

  it('says what to do where nothing is pinned', async () => {
    const outcome = await data('status');
    assert.match(outcome.stdout, /Nothing is pinned here\. lockstep data add PATH/);
    assert.equal(outcome.code, 0);
    assert.equal((await data('add', 'mdoel.bin')).code, 2);
    assert.equal(existsSync(at('.dvc')), false, 'a slip of the keyboard begins nothing');
  });

  it('begins to pin where nothing was pinned before, and tells what belongs into the next commit', async () => {
    const outcome = await data('add', 'data/raw', 'model é.bin');
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /Began to pin data in \./);
    assert.match(outcome.stdout, /Pinned data\/raw in data\/raw\.dvc: 3 files, 9 bytes/);
    assert.match(outcome.stderr, /git add .*data\/raw\.dvc.*model é\.bin\.dvc/);
    assert.equal((await data('status')).stdout, 'In sync: 2 pinned paths, 16 bytes.\n');
    const again = await data('add', 'data/raw');
    assert.match(again.stdout, /1 path pinned as before/);
    await project.repository.commit('pins');
    assert.deepEqual(
      (await project.repository.git('ls-files')).split('\n').filter(path => path.startsWith('data')),
      ['data/.gitignore', 'data/raw.dvc'],
    );
  });

  it('refuses what cannot be pinned, and names it', async () => {
    await symlink('data/raw/deep', at('linked'));
    await symlink(dirname(project.root), at('elsewhere'));
    // Of another git repository: what lies below one git, each data repository has its own part of.
    await project.repository.write({ 'inner/.git/HEAD': 'x', 'inner/.dvc/config': '', 'inner/x': 'x' });
    for (const [path, why] of [
      ['tracked.txt', /git keeps it already; to pin it instead: git rm -r --cached tracked\.txt/],
      ['data', /holds data\/raw, which is pinned by itself/],
      ['data/raw.dvc', /is a pin file/],
      ['linked', /is a link to a folder: pin data\/raw\/deep instead/],
      ['linked/b.csv', /lies behind the link linked: pin data\/raw\/deep\/b\.csv instead/],
      ['elsewhere', /is a link to a folder: what it leads to lies outside the repository; pin a copy/],
      ['inner/x', /lies in inner, a data repository of its own: run the command in there/],
    ] as const) {
      const outcome = await data('add', path);
      assert.equal(outcome.code, 3, path);
      assert.match(outcome.stderr, why);
    }
    await Promise.all(['linked', 'elsewhere'].map(path => unlink(at(path))));
    await rm(at('inner'), { recursive: true });
    for (const command of ['push', 'fetch', 'pull', 'checkout', 'status', 'commit']) {
      const strange = await data(command, 'nowhere');
      assert.deepEqual([command, strange.code], [command, 2]);
      assert.match(strange.stderr, /nowhere is not pinned\.\n {2}See what is: lockstep data status/);
    }
    const slip = await data('add', 'nowhere');
    assert.deepEqual([slip.code, /nowhere is not there/.test(slip.stderr)], [2, true]);
    const outside = await data('add', '/etc/hostname');
    assert.equal(outside.code, 2);
    assert.match(outside.stderr, /lies outside/);
    assert.match((await data('checkuot')).stderr, /Did you mean data checkout/);
  });

  it('ends with 1 and names the paths where the working tree is something else', async () => {
    await replace(at('data/raw/a.csv'), 'edited\n');
    await writeFile(at('data/raw/new.csv'), 'new\n');
    await rm(at('model é.bin'));
    const outcome = await data('status');
    assert.equal(outcome.code, 1);
    assert.match(outcome.stdout, /Not in sync: 2 of 2 pinned paths/);
    assert.match(outcome.stdout, /modified +data\/raw .*1 added, 1 modified/);
    assert.match(outcome.stdout, /missing +model é\.bin/);
    assert.deepEqual(await states('data'), { 'data/raw': 'modified' });
    const diff = await data('diff', '--exit-code');
    assert.equal(diff.code, 1);
    assert.match(diff.stdout, /modified +data\/raw\/a\.csv/);
    assert.match(diff.stdout, /added +data\/raw\/new\.csv/);
    assert.match(diff.stdout, /deleted +model é\.bin/);
  });

  it('never overwrites what is saved nowhere else, lists it, and does with --force', async () => {
    const outcome = await data('checkout');
    assert.equal(outcome.code, 1, outcome.stderr);
    assert.match(outcome.stderr, /Left as they are[^]*modified +data\/raw\/a\.csv/);
    assert.equal(await readFile(at('data/raw/a.csv'), 'utf8'), 'edited\n');
    assert.equal(await readFile(at('model é.bin'), 'utf8'), 'a model');
    const forced = await data('checkout', '--force');
    assert.equal(forced.code, 0, forced.stderr);
    assert.equal(await readFile(at('data/raw/a.csv'), 'utf8'), 'a\n');
    assert.deepEqual(await states(), { 'data/raw': 'in-sync', 'model é.bin': 'in-sync' });
  });

  it('pins what was changed, and follows git back and forth', async () => {
    await replace(at('data/raw/a.csv'), 'second version\n');
    await rm(at('data/raw/deep/b.csv'));
    const outcome = await data('commit');
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /Changed the pin of data\/raw in data\/raw\.dvc: 2 files/);
    await project.repository.commit('second version');
    await project.repository.git('checkout', '--quiet', 'HEAD~1');
    assert.equal((await data('checkout')).code, 0);
    assert.equal(await readFile(at('data/raw/a.csv'), 'utf8'), 'a\n');
    assert.equal(await readFile(at('data/raw/deep/b.csv'), 'utf8'), 'bb\n');
    const diff = await data('diff', 'HEAD', 'main');
    assert.match(diff.stdout, /deleted +data\/raw\/deep\/b\.csv +3 bytes/);
    await project.repository.git('checkout', '--quiet', 'main');
    assert.equal((await data('checkout')).code, 0);
    assert.deepEqual(folderContent(at('data/raw')), {
      'a.csv': 'file 27f60b341727cb8ed1de139b0da7c173',
      'deep/c.csv': folderContent(at('data/raw'))['deep/c.csv'],
    });
  });

  it('leaves data alone whose pin file cannot be read', async () => {
    const pin = await readFile(at('data/raw.dvc'), 'utf8');
    await writeFile(at('data/raw.dvc'), `<<<<<<< HEAD\n${pin}=======\n${pin}>>>>>>> other\n`);
    const outcome = await data('checkout');
    assert.equal(outcome.code, 3);
    assert.match(outcome.stderr, /data\/raw\.dvc: line 1/);
    assert.equal(await readFile(at('data/raw/a.csv'), 'utf8'), 'second version\n');
    await writeFile(at('data/raw.dvc'), pin);
    assert.deepEqual(await states(), { 'data/raw': 'in-sync', 'model é.bin': 'in-sync' });
  });

  it('gives a remote what it lacks, and another clone takes it from there', async () => {
    const without = await data('push');
    assert.equal(without.code, 3);
    assert.match(without.stderr, /No remote is configured/);
    const remote = join(project.repository.home, 'a remote');
    await writeFile(at('.dvc/config'), `[core]\n    remote = here\n['remote "here"']\n    url = ${remote}\n`);
    await project.repository.commit('a remote');
    assert.equal((await data('status', '--remote')).code, 0);
    assert.match((await data('status', '--remote')).stdout, /not in the remote/);
    const pushed = await data('push');
    assert.equal(pushed.code, 0, pushed.stderr);
    assert.match(pushed.stdout, /Pushed 4 files/);
    assert.equal((await data('push')).stdout, 'The remote has it all.\n');
    assert.match((await data('status', '--remote', 'data/raw')).stdout, /the remote has it all/);

    const clone = join(project.repository.home, 'a clone');
    await project.repository.git('clone', '--quiet', project.root, clone);
    const inClone = (...words: string[]): Promise<CliOutcome> =>
      project.lockstep(['data', ...words], { cwd: clone });
    const before = await inClone('checkout');
    assert.equal(before.code, 3);
    assert.match(before.stderr, /data\/raw +md5:[0-9a-f]{32}\.dir.*not in the cache/);
    assert.match(before.stderr, /lockstep data pull/);
    const pulled = await inClone('pull', 'data/raw/deep');
    assert.equal(pulled.code, 0, pulled.stderr);
    assert.deepEqual(Object.keys(folderContent(join(clone, 'data/raw'))), ['deep/c.csv']);
    assert.equal((await inClone('pull')).code, 0);
    assert.equal((await inClone('status')).code, 0);
    assert.deepEqual(folderContent(join(clone, 'data/raw')), folderContent(at('data/raw')));
  });

  it('remembers which paths a clone wants', async () => {
    const chosen = await data('checkout', '--only', 'model é.bin');
    assert.equal(chosen.code, 0, chosen.stderr);
    await rm(at('data/raw'), { recursive: true });
    const status = await data('status');
    assert.equal(status.code, 0);
    assert.match(status.stderr, /1 pinned path not chosen in this clone/);
    assert.match((await data('checkout')).stdout, /1 path not chosen in this clone/);
    const left = await data('commit', 'data/raw');
    assert.match(left.stdout + left.stderr, /data\/raw.*is left out in this clone; its pin stays/);
    // Asked for by name it comes all the same.
    assert.equal((await data('checkout', 'data/raw/a.csv')).code, 0);
    assert.deepEqual(await readdir(at('data/raw')), ['a.csv']);
    assert.equal((await data('checkout', '--all')).code, 0);
    assert.deepEqual(await states(), { 'data/raw': 'in-sync', 'model é.bin': 'in-sync' });
    assert.equal((await data('checkout', '--only')).code, 2);
    // A part of a folder: in sync without the rest, and never pinned as if that were all.
    await rm(at('data/raw'), { recursive: true });
    assert.equal((await data('checkout', '--only', 'data/raw/deep')).code, 0);
    assert.deepEqual(await readdir(at('data/raw')), ['deep']);
    assert.equal((await data('status')).code, 0);
    assert.match((await data('commit')).stdout, /Nothing to pin/);
    assert.match((await data('add', 'data/raw')).stderr, /only a part of it is chosen/);
    // A file is there whole: one that a run made anew is pinned, chosen or not.
    for (const text of ['a\n', 'a model']) {
      await rm(at('model é.bin'));
      await writeFile(at('model é.bin'), text);
      assert.match((await data('add', 'model é.bin')).stdout, /Changed the pin of model é\.bin/);
    }
    assert.equal((await data('checkout', '--all')).code, 0);
  });

  it('names every object that is nowhere, and keeps the rest of the folder', async () => {
    const lost = '.dvc/cache/files/md5/27/f60b341727cb8ed1de139b0da7c173';
    const inRemote = join(project.repository.home, 'a remote', lost.slice('.dvc/cache/'.length));
    const kept = await readFile(inRemote);
    for (const path of [at(lost), inRemote, at('data/raw/a.csv')]) await rm(path, { force: true });
    const outcome = await data('pull');
    assert.equal(outcome.code, 3);
    assert.match(
      outcome.stderr,
      /data\/raw\/a\.csv +md5:27f60b341727cb8ed1de139b0da7c173.*not in the remote/,
    );
    assert.deepEqual(Object.keys(folderContent(at('data/raw'))), ['deep/c.csv']);
    assert.deepEqual(await states(), { 'data/raw': 'partly', 'model é.bin': 'in-sync' });
    const folder = join(project.repository.home, 'a remote');
    await rename(folder, `${folder} unmounted`);
    const gone = await data('fetch');
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /\.dvc\/config: the folder of the remote here, .*a remote, is not there/);
    await rename(`${folder} unmounted`, folder);
    await mkdir(join(inRemote, '..'), { recursive: true });
    await writeFile(inRemote, kept);
    assert.equal((await data('pull')).code, 0);
  });

  it('says before the first byte that something does not fit on the disk', async () => {
    await writeFile(
      at('huge.bin.dvc'),
      `outs:\n- md5: ${'0'.repeat(31)}1\n  size: 900000000000000\n  hash: md5\n  path: huge.bin\n`,
    );
    for (const word of ['pull', 'fetch']) {
      const outcome = await data(word);
      assert.equal(outcome.code, 3);
      assert.match(outcome.stderr, /\bfree\b/);
    }
    await rm(at('huge.bin.dvc'));
  });

  it('collects what nothing needs, after showing it, and keeps what a branch, stash or snapshot names', async () => {
    const objects = (): string[] => Object.keys(folderContent(at('.dvc/cache/files/md5')));
    const needed = objects();
    // In a stash alone, then in a snapshot alone, then nowhere.
    for (const [text, keep] of [
      [
        'in a stash',
        () => project.repository.git('-c', 'user.name=a', '-c', 'user.email=b', 'stash', '--quiet'),
      ],
      [
        'in a snapshot',
        async () => {
          const run = await project.lockstep(['run', '--', 'python3', 'train.py']);
          assert.equal(run.code, 0, run.stderr);
          await project.repository.git('checkout', '--quiet', 'model é.bin.dvc');
        },
      ],
    ] as const) {
      await replace(at('model é.bin'), text);
      assert.equal((await data('commit')).code, 0);
      await keep();
      assert.equal((await data('checkout', '--force')).code, 0);
    }
    const withKept = objects();
    assert.equal(withKept.length, needed.length + 2);
    await replace(at('model é.bin'), 'soon needed by nobody');
    assert.equal((await data('add', 'model é.bin')).code, 0);
    await project.repository.git('checkout', '--quiet', 'model é.bin.dvc');
    assert.equal((await data('checkout')).code, 0);
    assert.equal(objects().length, withKept.length + 1);

    const dry = await data('gc');
    assert.match(dry.stdout, /Would remove 1 object, 21 bytes/);
    assert.match(dry.stderr, /lockstep data gc --yes/);
    assert.equal(objects().length, withKept.length + 1);
    const real = await data('gc', '--yes');
    assert.equal(real.code, 0, real.stderr);
    assert.deepEqual(objects(), withKept);
  });

  it('collects nothing from a cache that a link puts elsewhere, nor while a listing is damaged', async () => {
    const cache = at('.dvc', 'cache');
    const elsewhere = `${project.root} cache`;
    await rename(cache, elsewhere);
    await symlink(elsewhere, cache);
    assert.match((await data('gc', '--yes')).stderr, /lies outside the repository/);
    await unlink(cache);
    await rename(elsewhere, cache);

    const listing = Object.keys(folderContent(cache)).find(path => path.endsWith('.dir')) ?? '';
    const text = await readFile(join(cache, listing));
    await rm(join(cache, listing));
    await writeFile(join(cache, listing), '[');
    assert.match((await data('gc', '--yes')).stderr, /cannot be had/);
    await writeFile(join(cache, listing), text);
    await chmod(join(cache, listing), 0o444);
  });

  it('takes away what no pin names any more, but not what git keeps by now, nor while a pin cannot be read', async () => {
    await project.repository.write({ 'small.csv': 'a,b\n', 'gone.csv': 'c,d\n' });
    assert.equal((await data('add', 'small.csv', 'gone.csv')).code, 0);
    const pin = await readFile(at('gone.csv.dvc'), 'utf8');
    await writeFile(at('gone.csv.dvc'), `<<<<<<< HEAD\n${pin}=======\n`);
    await data('checkout');
    assert.equal(await readFile(at('gone.csv'), 'utf8'), 'c,d\n');
    await Promise.all([unlink(at('gone.csv.dvc')), unlink(at('small.csv.dvc'))]);
    await project.repository.git('add', '--force', 'small.csv');
    assert.match((await data('checkout')).stdout, /gone\.csv/);
    assert.equal(await readFile(at('small.csv'), 'utf8'), 'a,b\n');
    await assert.rejects(readFile(at('gone.csv')));
    await project.repository.git('rm', '--quiet', '--force', 'small.csv');
  });

  it('does not make a pin where nobody would look for it', async () => {
    await project.repository.write({ 'scratch/.gitignore': '*\n', 'scratch/x.bin': 'x' });
    const outcome = await data('add', 'scratch/x.bin');
    assert.equal(outcome.code, 3);
    assert.match(outcome.stderr, /git ignores scratch\/x\.bin\.dvc/);
    assert.deepEqual((await readdir(at('scratch'))).sort(), ['.gitignore', 'x.bin']);
  });

  it('speaks one JSON document as its schema says, also of failures, and nothing else', async () => {
    const printed = {
      status: dataStatusOutputSchema,
      diff: dataDiffOutputSchema,
      checkout: dataCheckoutOutputSchema,
      push: dataTransferOutputSchema,
      gc: dataGarbageOutputSchema,
      commit: dataPinOutputSchema,
      pull: dataPullOutputSchema,
    };
    for (const [word, schema] of Object.entries(printed)) {
      const { code, document } = await project.json(['data', word, '--json']);
      assert.equal(code, 0, word);
      assert.equal(z.strictObject(schema.shape).parse(document).root, project.root);
    }
    const { code, document } = await project.json(['data', 'checkout', 'train.py', '--json']);
    assert.equal(code, 2);
    assert.equal(
      z.object({ error: z.object({ code: z.string() }) }).parse(document).error.code,
      'path-not-pinned',
    );
  });

  it('works from a folder further down, and with data in a sub-folder of the repository', async () => {
    const outcome = await project.lockstep(['data', 'status', 'deep'], { cwd: at('data/raw') });
    assert.equal(outcome.code, 0, outcome.stderr);
    const inner = await gitRepository({ 'README.md': 'outer\n' });
    try {
      await mkdir(join(inner.root, 'sub/.dvc'), { recursive: true });
      await writeFile(join(inner.root, 'sub/.dvc/config'), '');
      await writeFile(join(inner.root, 'sub/x.bin'), 'x');
      const run = (...words: string[]): Promise<CliOutcome> =>
        project.lockstep(['data', ...words], { cwd: inner.root });
      await inner.git('add', '--force', 'sub/.dvc/config');
      assert.equal((await run('add', 'sub/x.bin')).code, 0);
      assert.ok((await stat(join(inner.root, 'sub/x.bin.dvc'))).isFile());
      assert.match((await run('status')).stdout, /In sync: 1 pinned path/);
    } finally {
      await inner.remove();
    }
  });

  it('imports from another repository at a revision', async () => {
    const source = await gitRepository({ 'set/one.txt': 'first\n' });
    try {
      const first = await source.git('rev-parse', 'HEAD');
      await source.write({ 'set/one.txt': 'second\n' });
      await source.commit('second');
      const outcome = await data('import', source.root, 'set', '--rev', first, '--out', 'imported');
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.equal(await readFile(at('imported/one.txt'), 'utf8'), 'first\n');
      assert.match(await readFile(at('imported.dvc'), 'utf8'), new RegExp(`rev_lock: ${first}`));
      const missing = await data('import', source.root, 'nowhere');
      assert.equal(missing.code, 3);
      assert.match(missing.stderr, /has no nowhere/);
      const unknown = await data('import', source.root, 'set', '--rev', 'v9', '--out', 'other');
      assert.equal(unknown.code, 3);
      assert.match(unknown.stderr, /has no branch, tag or commit v9\./);
    } finally {
      await source.remove();
    }
  });
});

/** As an editor saves: never through a link to the cache. */
async function replace(path: string, text: string): Promise<void> {
  await unlink(path);
  await writeFile(path, text);
  await chmod(path, 0o644);
}
