/** The files that Lockstep writes into a data repository, beside those that dvc writes of the same: equal bytes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { editedConfig } from '../../../src/data/config/editConfig.ts';
import { initDataRepository } from '../../../src/data/config/initDataRepository.ts';
import { openDataRepository } from '../../../src/data/config/openDataRepository.ts';
import type { DataRepository } from '../../../src/data/dataRepository.ts';
import { createDvcIgnore } from '../../../src/data/ignore/dvcIgnore.ts';
import { addGitIgnores } from '../../../src/data/pins/gitIgnore.ts';
import { loadPins } from '../../../src/data/pins/loadPins.ts';
import { writeLock } from '../../../src/data/pins/writeLock.ts';
import { dvcFileText, writeDvcFile } from '../../../src/data/pins/writePin.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { startDvc, type Dvc } from './dvcWorker.ts';

const golden = join(import.meta.dirname, '../../fixtures/dvc/names/dvc-add-single-file.json');

describe('pin files, beside dvc', () => {
  let home: TemporaryFolder;
  let dvc: Dvc;
  let theirs: GitRepository;
  let ours: GitRepository;
  let data: DataRepository;

  before(async function () {
    const peer = peerOrSkip(this, 'dvc');
    home = await temporaryFolder('dvc home');
    dvc = await startDvc(peer, home.path);
    theirs = await gitRepository({ 'readme.txt': '' });
    ours = await gitRepository({ 'readme.txt': '' });
    await dvc.succeed(theirs.root, 'init', '--quiet');
    data = await initDataRepository(ours.root, { environment: ours.environment });
  });
  after(async () => {
    await (dvc as Dvc | undefined)?.[Symbol.asyncDispose]();
    for (const made of [theirs, ours, home] as (TemporaryFolder | GitRepository | undefined)[])
      await made?.remove();
  });

  const sameFile = (name: string): void => {
    const read = (root: string): string =>
      existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : 'no file';
    assert.equal(read(ours.root), read(theirs.root), name);
  };
  const content = (text: string) => ({
    object: { algorithm: 'md5', value: createHash('md5').update(text).digest('hex') } as const,
    size: Buffer.byteLength(text),
  });

  it('start with the same files, staged', async () => {
    for (const name of ['.dvc/config', '.dvc/.gitignore', '.dvcignore']) sameFile(name);
    assert.equal(await ours.git('status', '--porcelain'), await theirs.git('status', '--porcelain'));
  });

  it('pin the same names by the same bytes, and hide them from git by the same lines', async () => {
    const names = Object.keys(JSON.parse(readFileSync(golden, 'utf8')) as object);
    mkdirSync(join(theirs.root, 'n'));
    mkdirSync(join(ours.root, 'n'));
    for (const name of names) writeFileSync(join(theirs.root, 'n', name), name);
    const paths = names.map(name => `n/${name}`);
    await dvc.succeed(theirs.root, 'add', '--quiet', ...paths);
    for (const [index, path] of paths.entries())
      await writeDvcFile(data, { path, ...content(names[index] ?? '') });
    await addGitIgnores(data, paths);
    for (const path of paths) sameFile(`${path}.dvc`);
    sameFile('n/.gitignore');
    const theirData = await openDataRepository(theirs.root, theirs.environment);
    assert.ok(theirData !== undefined);
    assert.deepEqual(await loadPins(theirData), await loadPins(data));
    assert.deepEqual(
      (await loadPins(data)).outputs.map(output => output.path),
      [...paths].sort(),
    );
  });

  it('change files of every age and hand alike', async () => {
    const old = 'b026324c6904b2a9cb4b88d6d61c81d1';
    const files: Readonly<Record<string, string>> = {
      legacy: `outs:\n- md5: ${old}\n  size: 2\n  path: legacy\n`,
      hand: `# mine\nouts:\n- path: hand   # trailing\n  md5: ${old}\n  desc: hello\n  remote: r\nmeta:\n  a: 1\n`,
      order: `outs:\n- path: order\n  size: 9\n  hash: md5\n  md5: ${old}\nmeta: {k: [1, 2]}\n`,
      spaced: `outs:\n- md5: ${old}\n  isexec: true\n  path: spaced\n  type: model\n  labels:\n  - a\n  - b\n`,
    };
    await dvc.succeed(theirs.root, 'remote', 'add', '--quiet', 'r', home.path);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(theirs.root, name), `content of ${name}`);
      writeFileSync(join(theirs.root, `${name}.dvc`), text);
      writeFileSync(join(ours.root, `${name}.dvc`), text);
      await writeDvcFile(data, { path: name, ...content(`content of ${name}`) });
    }
    await dvc.succeed(theirs.root, 'add', '--quiet', ...Object.keys(files));
    for (const name of Object.keys(files)) sameFile(`${name}.dvc`);
  });

  it('import alike', async () => {
    const url = theirs.root;
    await theirs.commit();
    const lockedRevision = await theirs.git('rev-parse', 'HEAD');
    await dvc.succeed(
      theirs.root,
      'import',
      '--quiet',
      url,
      'readme.txt',
      '--out',
      'imported',
      '--rev',
      'main',
    );
    const text = dvcFileText(undefined, {
      ...{ path: 'imported', pinFile: 'imported.dvc', ...content('') },
      importedFrom: { url, path: 'readme.txt', revision: 'main', lockedRevision },
    });
    assert.equal(text, readFileSync(join(theirs.root, 'imported.dvc'), 'utf8'));
  });

  it('commit a stage alike', async () => {
    const long =
      'o with a name of several words, so that its line in the lock file is longer than eighty columns';
    const pipeline = `stages:\n  make:\n    cmd: "true"\n    outs: [a, "${long}", d]\n  other:\n    cmd: echo 2\n    outs: [x]\n`;
    await theirs.write({ 'p/dvc.yaml': pipeline, 'p/a': '1', [`p/${long}`]: '2', 'p/d/f': '3', 'p/x': '4' });
    await dvc.succeed(join(theirs.root, 'p'), 'commit', '--quiet', '--force', 'make', 'other');
    await ours.write({
      'p/dvc.yaml': pipeline,
      'p/dvc.lock': readFileSync(join(theirs.root, 'p/dvc.lock'), 'utf8'),
    });
    for (const name of ['a', long]) writeFileSync(join(theirs.root, 'p', name), `new ${name}`);
    await dvc.succeed(join(theirs.root, 'p'), 'commit', '--quiet', '--force', 'make');
    const outputs = ['a', long].map(name => ({ path: `p/${name}`, ...content(`new ${name}`) }));
    await writeLock(data, { pinFile: 'p/dvc.yaml', stage: 'make', outputs });
    sameFile('p/dvc.lock');
  });

  it('configure alike', async () => {
    const values: readonly (readonly [string, string])[] = [
      ['profile', 'a, b'],
      ['region', 'x # y'],
      ['endpointurl', 'http://127.0.0.1:9/#a'],
      ['access_key_id', `it's "so"`],
      ['session_token', ' edge '],
      ['acl', "it's"],
      ['sse', '"quoted"'],
      ['credentialpath', '../elsewhere/keys'],
    ];
    await dvc.succeed(theirs.root, 'remote', 'add', '--quiet', '--default', 'Bucket', 's3://bkt/pre');
    for (const [option, value] of values)
      await dvc.succeed(theirs.root, 'remote', 'modify', '--quiet', 'bucket', option, value);
    const written = readFileSync(join(theirs.root, '.dvc', 'config'), 'utf8');
    const section = { remote: 'bucket' };
    const mine = editedConfig(
      `['remote "r"']\n    url = ${home.path}\n`,
      [
        { section: 'core', option: 'remote', value: 'bucket' },
        { section, option: 'url', value: 's3://bkt/pre' },
        ...values.map(([option, value]) => ({
          section,
          option,
          value: option === 'credentialpath' ? `../${value}` : value,
        })),
      ],
      'config',
    );
    assert.equal(mine, written);
    const opened = await openDataRepository(theirs.root, theirs.environment);
    assert.deepEqual(opened?.settings.remotes.find(remote => remote.name === 'bucket')?.options, {
      ...Object.fromEntries(values),
      credentialpath: join(theirs.root, '..', 'elsewhere', 'keys'),
    });
  });

  it('ignore alike', async () => {
    const letter = fc.constantFrom('a', 'b', 'c', 'ab', 'a b');
    const path = fc.array(letter, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'));
    const word = fc.constantFrom('a', 'b', '*b', 'a*', '?', '[ab]', '[!a]*', '**', '\\a', 'a b');
    const line = fc
      .tuple(
        fc.constantFrom('', '', '!', '/'),
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '', '/'),
      )
      .map(([start, words, end]) => `${start}${words.join('/')}${end}`)
      // pathspec 1.0 takes these for nothing at all; git, and pathspec before, for every folder.
      .filter(text => !/^[!/]?(?:\*\*\/)*\*\*?\/$/.test(text) && text !== '/**');
    const lines = fc.array(line, { minLength: 1, maxLength: 4 });
    const rounds = fc.sample(fc.tuple(lines, lines, fc.array(path, { minLength: 40, maxLength: 40 })), {
      numRuns: 12,
      seed: 7,
    });
    const folder = join(theirs.root, 'i');
    mkdirSync(join(folder, 'a'), { recursive: true });
    for (const [outer, inner, paths] of rounds) {
      writeFileSync(join(folder, '.dvcignore'), outer.join('\n'));
      writeFileSync(join(folder, 'a', '.dvcignore'), inner.join('\n'));
      const outcome = await dvc.run(folder, 'check-ignore', ...paths);
      const ignored = new Set(outcome.stdout.split('\n'));
      const rules = createDvcIgnore(theirs.root);
      for (const one of paths)
        assert.equal(
          rules.ignores(`i/${one}`, one === 'a'),
          ignored.has(one),
          `${JSON.stringify({ outer, inner })} ${one}`,
        );
    }
  });
});
