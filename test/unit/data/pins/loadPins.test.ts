import assert from 'node:assert/strict';
import { chmod, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initDataRepository } from '../../../../src/data/config/initDataRepository.ts';
import { openDataRepository } from '../../../../src/data/config/openDataRepository.ts';
import type { DataRepository } from '../../../../src/data/dataRepository.ts';
import { comparePins } from '../../../../src/data/pins/comparePins.ts';
import { loadPins, type LoadPinsRequest } from '../../../../src/data/pins/loadPins.ts';
import { gitRepository, type GitRepository } from '../../../helpers/gitRepository.ts';

const pin = (path: string, letter = 'a', more = ''): string =>
  `outs:\n- md5: ${letter.repeat(32)}\n  size: 1\n  hash: md5\n  path: ${path}\n${more}`;

async function dataRepository(folder = '.'): Promise<GitRepository & { data: DataRepository }> {
  const repository = await gitRepository({ 'readme.txt': '', 'sub/readme.txt': '' });
  const data = await initDataRepository(join(repository.root, folder), {
    environment: repository.environment,
  });
  return Object.assign(repository, { data });
}

async function paths(data: DataRepository, request?: LoadPinsRequest): Promise<string> {
  const { outputs, problems } = await loadPins(data, request);
  return [
    ...outputs.map(output => output.path),
    ...problems.map(problem => `! ${problem.path}: ${problem.what}`),
  ].join('\n');
}

describe('loadPins', () => {
  it('collects what dvc collects: nothing that git or .dvcignore leave out, nothing inside of outputs', async () => {
    await using repository = await dataRepository();
    const { root, data } = repository;
    await repository.write({
      'a.dvc': pin('a'),
      'sub/b c.dvc': pin('b c'),
      'sub/ignored.dvc': pin('ignored'),
      'sub/.gitignore': 'ignored.dvc\n/held/\n',
      'sub/held/x.dvc': pin('x'),
      'left/x.dvc': pin('x'),
      '.dvcignore': 'left\n',
      'folder.dvc': pin('folder'),
      'folder/x.dvc': pin('x'),
      'inner/.dvc/config': '',
      'inner/x.dvc': pin('x'),
      'pipe/dvc.yaml': 'stages: {s: {cmd: x, outs: [o]}}\n',
    });
    await symlink(join(root, 'sub'), join(root, 'linked'));
    await symlink('/etc/passwd', join(root, 'passwd.dvc'));
    const expected = 'a\nfolder\npipe/o\nsub/b c';
    assert.equal(await paths(data), `${expected}\n! passwd.dvc: a link that leaves the data repository`);
    const sha = await repository.commit();
    for (const revision of ['HEAD', sha, 'main'])
      assert.equal(await paths(data, { revision }), expected.replace('sub/b c', 'sub/b c'));
    const some: readonly (readonly [string, string])[] = [
      ['sub', 'sub/b c'],
      ['./sub/b c.dvc', 'sub/b c'],
      ['folder/inside/file', 'folder'],
      ['pipe/dvc.yaml:s', 'pipe/o'],
      ['pipe/dvc.lock', 'pipe/o'],
      ['.', expected],
      ['nothing', ''],
    ];
    for (const [path, found] of some)
      assert.equal(await paths(data, { revision: sha, paths: [path] }), found, path);
    for (const revision of ['nowhere', '--output=x', '', 'a\nb'])
      await assert.rejects(loadPins(data, { revision }), { code: 'revision-not-found' });
  });

  it('knows pins by where the data root lies in git', async () => {
    await using repository = await dataRepository('sub');
    await repository.write({
      'sub/a.dvc': pin('a'),
      'b.dvc': pin('b'),
      'sub/.gitignore': '',
      '.gitignore': 'sub/no\n',
      'sub/no/c.dvc': pin('c'),
    });
    const before = 'HEAD';
    assert.equal(await paths(repository.data, { revision: before }), '');
    assert.equal(await paths(repository.data), 'a');
    await repository.commit();
    assert.equal(await paths(repository.data, { revision: 'HEAD' }), 'a');
    const worktree = join(repository.root, '..', 'a worktree');
    await repository.git('worktree', 'add', '--quiet', worktree, 'HEAD');
    const data = await openDataRepository(join(worktree, 'sub'), repository.environment);
    assert.ok(data !== undefined);
    assert.equal(await paths(data), 'a');
    assert.equal(await paths(data, { revision: 'main' }), 'a');
  });

  it('tells paths that are pinned twice, or inside of each other', async () => {
    await using repository = await dataRepository();
    await repository.write({
      'a.dvc': pin('a'),
      'b.dvc': pin('a', 'b'),
      'sub/x.dvc': `wdir: ../a\n${pin('x')}`,
    });
    assert.equal(
      await paths(repository.data),
      'a\na/x\n! b.dvc: a is pinned by a.dvc too\n! sub/x.dvc: a/x lies inside of a, which a.dvc pins; neither is touched',
    );
  });

  it('believes no memory that somebody else has put there', async () => {
    await using repository = await dataRepository();
    await repository.write({ 'a.dvc': pin('a') });
    await repository.commit();
    const memory = '.dvc/tmp/lockstep/committed-pins.json';
    assert.equal(await paths(repository.data, { revision: 'HEAD' }), 'a');
    const written = await readFile(join(repository.root, memory), 'utf8');
    const lies: readonly (readonly [string, string])[] = [
      ['"path":"a"', '"path":"../a"'],
      ['"path":"a"', '"path":".git/hooks/pre-commit"'],
      ['"path":"a"', '"path":"b//c"'],
      ['a'.repeat(32), '../../../etc/passwd'],
      ['"executable":false', '"executable":{}'],
    ];
    for (const [said, lie] of lies) {
      assert.ok(written.includes(said));
      await repository.write({ [memory]: written.replace(said, lie) });
      assert.equal(await paths(repository.data, { revision: 'HEAD' }), 'a', lie);
    }
  });

  it('sees every change though it remembers what it read', async () => {
    await using repository = await dataRepository();
    const { root, data } = repository;
    const file = join(root, 'a.dvc');
    const past = new Date(Date.now() - 60_000);
    const md5 = async (): Promise<string> => {
      const { outputs } = await loadPins(data);
      return outputs.map(output => output.object?.value.slice(0, 1)).join();
    };
    await writeFile(file, pin('a', 'a'));
    await utimes(file, past, past);
    assert.equal(await md5(), 'a');
    // The same size and modification time: what was read too soon after a change is not remembered.
    await writeFile(file, pin('a', 'b'));
    await utimes(file, past, past);
    assert.equal(await md5(), 'b');
    const cache = join(data.stateFolder, 'pins.json');
    for (const damage of ['', '{', '[]', '{"version":1}', '{"version":1,"files":[["a.dvc",["x"]]]}']) {
      await repository.write({ '.dvc/tmp/lockstep/pins.json': damage });
      assert.equal(await md5(), 'b', damage);
    }
    await rm(file);
    assert.equal(await md5(), '');
    await rm(cache, { force: true });
    await chmod(join(root, '.dvc', 'tmp'), 0o500);
    assert.equal(await md5(), '');
    await chmod(join(root, '.dvc', 'tmp'), 0o700);
    assert.equal(await readFile(join(root, '.dvc', 'config'), 'utf8'), '');
  });
});

describe('comparePins', () => {
  it('tells added, deleted, modified and renamed outputs', async () => {
    await using repository = await dataRepository();
    await repository.write({
      'same.dvc': pin('same'),
      'mod.dvc': pin('mod', 'b'),
      'old.dvc': pin('old', 'c'),
      'gone.dvc': pin('gone', 'd'),
      'run.dvc': pin('run', 'e'),
    });
    await repository.commit();
    await repository.git('rm', '--quiet', 'old.dvc', 'gone.dvc');
    await repository.write({
      'mod.dvc': pin('mod', 'f'),
      'new.dvc': pin('new', 'c'),
      'more.dvc': pin('more', 'c'),
      'run.dvc': pin('run', 'e', '  isexec: true\n'),
    });
    const changes = comparePins(
      await loadPins(repository.data, { revision: 'HEAD' }),
      await loadPins(repository.data),
    );
    assert.deepEqual(
      changes.map(
        ({ change, path, from }) =>
          `${change} ${path}${from === undefined || from.path === path ? '' : ` from ${from.path}`}`,
      ),
      ['deleted gone', 'modified mod', 'renamed more from old', 'added new', 'modified run'],
    );
  });
});
