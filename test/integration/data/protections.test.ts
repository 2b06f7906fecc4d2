/** What the data commands refuse or tell rather than lose something, or say that all is well. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataGarbageOutputSchema, dataStatusOutputSchema } from '../../../src/cli/output/dataOutput.ts';
import { runOutputSchema } from '../../../src/cli/output/runOutput.ts';
import { cliProject, type CliOutcome, type CliProject } from '../../helpers/lockstepCli.ts';

describe('lockstep data is careful', () => {
  let project: CliProject;
  const at = (...parts: string[]): string => join(project.root, ...parts);
  const data = (...words: string[]): Promise<CliOutcome> => project.lockstep(['data', ...words]);
  const remote = (): string => join(project.repository.home, 'a remote');

  before(async () => {
    project = await cliProject({ 'train.py': 'print(1)\n' });
  });
  after(() => project[Symbol.asyncDispose]());

  it('takes a commit that is not there for wrong use, also where nothing is pinned', async () => {
    assert.equal((await data('diff')).code, 0);
    for (const words of [
      ['diff', 'nowhere'],
      ['diff', 'HEAD', 'nowhere'],
      ['diff', '--', '-x'],
    ]) {
      const outcome = await data(...words);
      assert.deepEqual([outcome.code, outcome.stdout], [2, ''], words.join(' '));
      assert.match(outcome.stderr, /There is no commit (?:nowhere|-x)/);
    }
  });

  it('refuses a repository that brings a link along where lock and state would be written', async () => {
    const outside = join(project.repository.home, 'outside');
    await mkdir(outside);
    await project.repository.write({ 'x.bin': 'x' });
    await symlink(outside, at('.dvc'));
    for (const words of [['add', 'x.bin'], ['status'], ['checkout'], ['gc', '--yes']]) {
      const outcome = await data(...words);
      assert.equal(outcome.code, 3, words.join(' '));
      assert.match(outcome.stderr, /\.dvc is a link that leads out of the repository/);
    }
    assert.deepEqual(await readdir(outside), []);
    await rm(at('.dvc'));
  });

  it('touches neither of two pins of which one lies in the other', async () => {
    await project.repository.write({ 'd/a': 'a\n', 'd/in/b': 'b\n', 'other.bin': 'other' });
    assert.equal((await data('add', 'd', 'other.bin')).code, 0);
    const md5 = '3b5d5c3712955042212316173ccf37be';
    const inner = `outs:\n- md5: ${md5}\n  size: 2\n  hash: md5\n  path: d/in/b\n`;
    // The outer pin without what the inner one names, as two branches that are merged leave them.
    await rm(at('d/in'), { recursive: true });
    assert.equal((await data('add', 'd')).code, 0);
    await project.repository.write({ 'd/in/b': 'b\n', 'inner.dvc': inner });
    await rm(at('other.bin'));
    for (const words of [['checkout', '--force'], ['commit'], ['add', 'd'], ['add', 'd/in/b']]) {
      const outcome = await data(...words);
      assert.equal(outcome.code, 3, words.join(' '));
      assert.match(outcome.stderr, /d\/in\/b lies inside of d, which d\.dvc pins|overlaps another pin/);
      assert.equal(await readFile(at('d/in/b'), 'utf8'), 'b\n');
      assert.equal(await readFile(at('inner.dvc'), 'utf8'), inner);
    }
    assert.equal(await readFile(at('other.bin'), 'utf8'), 'other', 'everything else goes on');
    await rm(at('inner.dvc'));
  });

  it('tells once of a pin that cannot be read, and collects nothing that its text names', async () => {
    await writeFile(
      at('.dvc/config'),
      `[core]\n    remote = here\n['remote "here"']\n    url = ${remote()}\n`,
    );
    assert.equal((await data('push')).code, 0);
    const pin = await readFile(at('other.bin.dvc'), 'utf8');
    await writeFile(at('other.bin.dvc'), `<<<<<<< HEAD\n${pin}=======\n${pin}>>>>>>> other\n`);
    const pulled = await data('pull');
    assert.equal(pulled.code, 3);
    assert.equal(pulled.stderr.match(/other\.bin\.dvc: line 1, /g)?.length, 1, pulled.stderr);
    const collected = await project.json(['data', 'gc', '--yes', '--json']);
    assert.equal(collected.code, 3);
    const { problems } = dataGarbageOutputSchema.parse(collected.document);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.what ?? '', /line 1.*everything that its text names is kept/);
    await writeFile(at('other.bin.dvc'), pin);
    await rm(at('other.bin'));
    assert.equal((await data('checkout')).code, 0);
    assert.ok(existsSync(at('other.bin')));
  });

  it('says of a folder without its listing that at most so much is not here', async () => {
    const hash = /[0-9a-f]{32}\.dir/.exec(await readFile(at('d.dvc'), 'utf8'))?.[0] ?? '';
    await rm(at('.dvc/cache/files/md5', hash.slice(0, 2), hash.slice(2)));
    const { document } = await project.json(['data', 'status', '--json', 'd']);
    assert.deepEqual(dataStatusOutputSchema.parse(document).paths[0]?.notInCache, {
      ...{ files: 1, bytes: 2, atMost: true },
    });
    assert.match((await data('status', 'd')).stdout, /at most 1 file not in the cache/);
    const fetched = await data('fetch');
    assert.match(fetched.stdout, /Fetched 1 file, /, 'the listing alone');
  });

  it('says what stays on disk when a clone chooses less', async () => {
    const chosen = await data('checkout', '--only', 'other.bin');
    assert.equal(chosen.code, 0);
    assert.match(chosen.stderr, /Not chosen in this clone, and still there[^]*\n {2}d\n/);
    assert.ok(existsSync(at('d/a')));
    await rm(at('d'), { recursive: true });
    assert.equal((await data('checkout', '--only', 'other.bin')).stderr, '');
  });

  it('says what a run has pinned, and pins it again when the run is repeated', async () => {
    await data('checkout', '--all');
    const words = ['run', '--pin-outputs', '--output', 'made.bin', '--'];
    const ran = await project.lockstep([...words, 'sh', '-c', 'echo made > made.bin']);
    assert.equal(ran.code, 0, ran.stderr);
    const object = 'md5:3494a24e3892ed7e2fc3749c0e22a2f6';
    assert.match(ran.stderr, new RegExp(`lockstep: pinned made\\.bin as ${object} in made\\.bin\\.dvc`));
    const again = await project.json(['rerun', '@1', '--json']);
    const { pinned } = runOutputSchema.parse(again.document);
    assert.deepEqual(pinned, [{ path: 'made.bin', object, pinFile: 'made.bin.dvc' }]);
  });

  it('says that hooks which other repositories use, too, were changed', async () => {
    const own = await data('hook', 'install');
    assert.deepEqual([own.code, own.stderr], [0, '']);
    await data('hook', 'remove');
    const shared = join(project.repository.home, 'my hooks');
    await project.repository.git('config', '--global', 'core.hooksPath', shared);
    const outcome = await data('hook', 'install');
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stderr, /hooks of every repository whose core\.hooksPath names .*my hooks/);
  });
});
