/** What hand-written and older repositories have: wdir, cache: false, remotes of single outputs, stages, pins of DVC 2, imports. */
import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkoutData } from '../../../src/data/operations/checkoutData.ts';
import { commitData } from '../../../src/data/operations/commitData.ts';
import { fetchData } from '../../../src/data/operations/fetchData.ts';
import { importData } from '../../../src/data/operations/importData.ts';
import { openDataProject } from '../../../src/data/operations/openDataProject.ts';
import { pullData } from '../../../src/data/operations/pullData.ts';
import { pushData } from '../../../src/data/operations/pushData.ts';
import { readDataStatus } from '../../../src/data/operations/readDataStatus.ts';
import { folderContent, pinTexts } from '../../helpers/folderContent.ts';
import { gitRepository, type Files, type GitRepository } from '../../helpers/gitRepository.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { startDvc, type Dvc } from './dvcWorker.ts';
import { dvcVerdicts, ourVerdicts } from './statusVerdicts.ts';

const files: Files = {
  'sub/wd/in wdir.txt': 'one\n',
  'plain/a.txt': 'a\n',
  'plain/deep/b.txt': 'b\n',
  'metrics.json': '{"loss": 1}',
  'second.bin': 'second remote',
  'kept.bin': 'never pushed',
  'src.csv': 'x,y\n1,2\n',
  'make.py': 'import shutil\nshutil.copy("src.csv", "out.csv")\nopen("report.txt", "w").write("r\\n")\n',
  'dvc.yaml': `stages:
  make:
    cmd: python3 make.py
    deps:
    - make.py
    - src.csv
    outs:
    - out.csv
    - report.txt:
        cache: false
        persist: true
`,
};

/** As people write them by hand, and as dvc fills them in. */
async function writePins(dvc: Dvc, repository: GitRepository): Promise<void> {
  const { root } = repository;
  await dvc.succeed(root, 'init', '--quiet');
  await dvc.succeed(root, 'remote', 'add', '--quiet', '-d', 'first', join(repository.home, 'first remote'));
  await dvc.succeed(root, 'remote', 'add', '--quiet', 'second', join(repository.home, 'second remote'));
  await repository.write({
    'wdir.dvc': '# a comment that stays\nwdir: sub/wd\nouts:\n- path: in wdir.txt\n  desc: a file in wdir\n',
    'metrics.json.dvc': 'outs:\n- path: metrics.json\n  cache: false\nmeta: {by: hand}\n',
    'second.bin.dvc': 'outs:\n- path: second.bin\n  remote: second\n',
    'kept.bin.dvc': 'outs:\n- path: kept.bin\n  push: false\n  persist: true\n',
  });
  await dvc.succeed(root, 'add', '--quiet', 'plain');
}

describe('pins that are not plain, beside dvc', () => {
  let home: TemporaryFolder;
  let dvc: Dvc;
  let theirs: GitRepository;
  let ours: GitRepository;
  const project = (): ReturnType<typeof openDataProject> => openDataProject(ours.root, ours.environment);
  const verdicts = async (): Promise<{ theirs: object; ours: object }> => ({
    theirs: dvcVerdicts(await dvc.json(ours.root, 'status')),
    ours: ourVerdicts(await readDataStatus(await project(), {}, {})),
  });

  before(async function () {
    const peer = peerOrSkip(this, 'dvc');
    home = await temporaryFolder('dvc home');
    dvc = await startDvc(peer, home.path);
    [theirs, ours] = [await gitRepository(), await gitRepository()];
    for (const repository of [theirs, ours]) {
      await repository.write(files);
      await writePins(dvc, repository);
      await dvc.succeed(repository.root, 'repro', '--quiet', 'make');
    }
  });
  after(async () => {
    await (theirs as GitRepository | undefined)?.remove();
    await (ours as GitRepository | undefined)?.remove();
    await (dvc as Dvc | undefined)?.[Symbol.asyncDispose]();
    await (home as TemporaryFolder | undefined)?.remove();
  });

  it('are judged alike before they have a hash', async () => {
    const { theirs: their, ours: our } = await verdicts();
    assert.deepEqual(our, their);
  });

  it('are committed with the same bytes, those of stages too', async () => {
    for (const { root } of [theirs, ours]) {
      await rm(join(root, 'out.csv'), { force: true });
      await writeFile(join(root, 'out.csv'), 'changed by hand\n');
      await writeFile(join(root, 'report.txt'), 'another report\n');
    }
    await dvc.succeed(theirs.root, 'commit', '--quiet', '--force');
    const { problems } = await commitData(await project(), {}, {});
    assert.deepEqual(problems, []);
    assert.deepEqual(linesSorted(pinTexts(ours.root)), linesSorted(pinTexts(theirs.root)));
    const cacheOf = (root: string): object =>
      folderContent(join(root, '.dvc', 'cache', 'files'), { modes: true });
    assert.deepEqual(cacheOf(ours.root), cacheOf(theirs.root));
    assert.deepEqual(await verdicts(), { theirs: {}, ours: {} });
  });

  it('are pushed to the same remotes, and pulled from there', async () => {
    await dvc.succeed(theirs.root, 'push', '--quiet');
    const pushed = await pushData(await project(), {}, {});
    assert.deepEqual({ missing: pushed.missing, problems: pushed.problems }, { missing: [], problems: [] });
    for (const remote of ['first remote', 'second remote'])
      assert.deepEqual(
        folderContent(join(ours.home, remote), { modes: true }),
        folderContent(join(theirs.home, remote), { modes: true }),
      );
    const asked = await readDataStatus(await project(), { remote: true }, {});
    assert.ok(asked.paths.every(one => one.notInRemote === undefined));

    for (const { root } of [ours, theirs]) await rm(join(root, '.dvc', 'cache'), { recursive: true });
    for (const path of ['plain', 'sub/wd/in wdir.txt', 'out.csv'])
      for (const { root } of [ours, theirs]) await rm(join(root, path), { recursive: true, force: true });
    await dvc.run(theirs.root, 'pull', '--quiet');
    const pulled = await pullData(await project(), {}, {});
    // What is never pushed cannot be pulled, and that is said; both bring the rest.
    assert.deepEqual(
      pulled.fetch.missing.map(one => one.path),
      ['kept.bin'],
    );
    const workspaceOf = (root: string): object =>
      folderContent(root, { leaveOut: path => ['.git', '.gitignore', '.dvc', 'kept.bin'].includes(path) });
    assert.deepEqual(workspaceOf(ours.root), workspaceOf(theirs.root));
    assert.equal(await readFile(join(ours.root, 'kept.bin'), 'utf8'), 'never pushed');
  });

  it('of a folder that lacks one object keep all that is there', async () => {
    const object = folderContent(join(ours.root, '.dvc', 'cache', 'files', 'md5'));
    const [lost] = Object.entries(object).find(([, text]) => text.endsWith(md5OfA)) ?? [''];
    await chmod(join(ours.root, '.dvc', 'cache', 'files', 'md5', lost), 0o644);
    await rm(join(ours.root, '.dvc', 'cache', 'files', 'md5', lost));
    await rm(join(ours.root, 'plain', 'a.txt'));
    const { missing, problems } = await checkoutData(
      await project(),
      { paths: [join(ours.root, 'plain')] },
      {},
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      missing.map(one => one.path),
      ['plain/a.txt'],
    );
    assert.equal(await readFile(join(ours.root, 'plain/deep/b.txt'), 'utf8'), 'b\n');
    const fetched = await fetchData(await project(), { paths: [join(ours.root, 'plain')] }, {});
    assert.equal(fetched.moved.files, 1);
  });

  it('are imported with the same bytes, from git and from pins, and fetched from where they came', async () => {
    await theirs.commit('a source');
    const source = theirs.root;
    for (const [path, out] of [
      ['plain', 'imported plain'],
      ['plain/deep/b.txt', 'one file.txt'],
      ['make.py', 'from git.py'],
    ] as const) {
      const target = await gitRepository();
      const twin = await gitRepository();
      try {
        for (const { root } of [target, twin]) await dvc.succeed(root, 'init', '--quiet');
        await dvc.succeed(twin.root, 'import', '--quiet', source, path, '-o', out);
        const opened = await openDataProject(target.root, target.environment);
        const result = await importData(
          opened,
          { url: source, path, out: join(target.root, out), cwd: target.root },
          {},
        );
        assert.deepEqual(
          { missing: result.missing, problems: result.problems },
          { missing: [], problems: [] },
        );
        assert.deepEqual(pinTexts(target.root), pinTexts(twin.root));
        assert.deepEqual(dvcVerdicts(await dvc.json(target.root, 'status')), {});
        // An empty cache is filled from the source again, without any remote.
        await rm(join(target.root, '.dvc', 'cache'), { recursive: true, force: true });
        await rm(join(target.root, out), { recursive: true, force: true });
        const pulled = await pullData(await openDataProject(target.root, target.environment), {}, {});
        assert.deepEqual(pulled.fetch.missing, []);
        assert.deepEqual(folderContent(join(target.root, out)), folderContent(join(twin.root, out)));
      } finally {
        await target.remove();
        await twin.remove();
      }
    }
  });
});

/** The lines of `.gitignore` files sorted: dvc adds them in the order of its graph, which is no order. */
function linesSorted(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [
      path,
      path.endsWith('.gitignore') ? text.split('\n').sort().join('\n') : text,
    ]),
  );
}

const md5OfA = '60b725f10c9c85c70d97880dfe8191b3';

describe('a repository of DVC 2', () => {
  it('is read, checked out, pushed and pulled in its old form, and renewed where something changes', async function () {
    const old = peerOrSkip(this, 'dvc2');
    const current = peerOrSkip(this, 'dvc');
    await using home = await temporaryFolder('dvc home');
    const repository = await gitRepository({
      'text.txt': 'line\r\nline\r\n',
      'data/a.csv': '1\r\n2\r\n',
      'data/b.bin': '\u0000\r\n',
      'other/c.txt': 'c\n',
    });
    const { root } = repository;
    const project = (): ReturnType<typeof openDataProject> => openDataProject(root, repository.environment);
    try {
      await repository.git('rm', '-r', '--quiet', '--cached', 'text.txt', 'data', 'other');
      {
        await using dvc2 = await startDvc(old, home.path);
        await dvc2.succeed(root, 'init', '--quiet');
        await dvc2.succeed(root, 'add', '--quiet', 'text.txt', 'data', 'other');
        await dvc2.succeed(root, 'remote', 'add', '--quiet', '-d', 'first', join(repository.home, 'remote'));
        await dvc2.succeed(root, 'push', '--quiet');
      }
      const before = pinTexts(root);
      assert.ok(!Object.values(before).some(text => text.includes('hash: md5')));
      assert.equal((await readDataStatus(await project(), { remote: true }, {})).inSync, true);

      await rm(join(root, '.dvc', 'cache'), { recursive: true });
      for (const path of ['text.txt', 'data', 'other']) await rm(join(root, path), { recursive: true });
      const pulled = await pullData(await project(), {}, {});
      assert.deepEqual(pulled.fetch.missing, []);
      assert.equal(await readFile(join(root, 'text.txt'), 'utf8'), 'line\r\nline\r\n');
      assert.deepEqual((await commitData(await project(), {}, {})).pinned, []);
      assert.deepEqual(pinTexts(root), before);

      await writeFile(join(root, 'other', 'd.txt'), 'd\n');
      const { pinned, problems } = await commitData(await project(), {}, {});
      assert.deepEqual(problems, []);
      assert.deepEqual(
        pinned.map(one => one.path),
        ['other'],
      );
      assert.match(await readFile(join(root, 'other.dvc'), 'utf8'), /path: other\n {2}hash: md5\n$/);
      await using dvc3 = await startDvc(current, home.path);
      assert.deepEqual(dvcVerdicts(await dvc3.json(root, 'status')), {});
    } finally {
      await repository.remove();
    }
  });
});
