import assert from 'node:assert/strict';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { initDataRepository } from '../../../../src/data/config/initDataRepository.ts';
import type { DataRepository } from '../../../../src/data/dataRepository.ts';
import { dvcFileText, writeDvcFile, type DvcFileContent } from '../../../../src/data/pins/writePin.ts';
import { stageChecksum } from '../../../../src/data/pins/stageChecksum.ts';
import { writeLock } from '../../../../src/data/pins/writeLock.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/dvc');
const fixture = (path: string): string => readFileSync(join(fixtures, path), 'utf8');
const oldMd5 = 'b026324c6904b2a9cb4b88d6d61c81d1';
const newMd5 = '26ab0db90d72e28ad0ba1e22ee510510';
const listing = `57362e7c9ebe62a31bdfab7166e58be8.dir`;

type Change = Partial<DvcFileContent>;

function written(old: string | undefined, change: Change = {}): string {
  const object = { algorithm: 'md5', value: newMd5 } as const;
  return dvcFileText(old, { path: 'x.csv', pinFile: 'x.csv.dvc', object, size: 3, ...change });
}

describe('writeDvcFile', () => {
  const news: readonly (readonly [string, Change, string])[] = [
    ['a file', {}, `outs:\n- md5: ${newMd5}\n  size: 3\n  hash: md5\n  path: x.csv\n`],
    [
      'an executable',
      { executable: true },
      `outs:\n- md5: ${newMd5}\n  size: 3\n  isexec: true\n  hash: md5\n  path: x.csv\n`,
    ],
    [
      'a folder',
      { object: { algorithm: 'md5', value: listing }, size: 1525, files: 67 },
      `outs:\n- md5: ${listing}\n  size: 1525\n  nfiles: 67\n  hash: md5\n  path: x.csv\n`,
    ],
    [
      'settings',
      { description: 'a: b', remote: 'r', push: false, cached: false },
      `outs:\n- md5: ${newMd5}\n  size: 3\n  hash: md5\n  path: x.csv\n  desc: 'a: b'\n  cache: false\n  remote: r\n  push: false\n`,
    ],
  ];
  for (const [what, change, text] of news)
    it(`writes ${what} as dvc add does`, () => {
      assert.equal(written(undefined, change), text);
    });

  // What DVC 3.67.1 leaves of the same file is the same, but for quotes that it decides anew.
  const edits: readonly (readonly [string, string, Change, string])[] = [
    [
      'the md5 and size alone',
      `# mine\nouts:\n- path: x.csv   # trailing\n  md5: ${oldMd5}  # of old\n  size: 2\n  hash: md5\n  desc: "hello"\nmeta: {k: [1,2]}\n\n# end\n`,
      {},
      `# mine\nouts:\n- path: x.csv   # trailing\n  md5: ${newMd5}  # of old\n  size: 3\n  hash: md5\n  desc: "hello"\nmeta: {k: [1,2]}\n\n# end\n`,
    ],
    [
      'a pin of DVC 2, which becomes one of DVC 3',
      `outs:\n- md5: ${oldMd5}\n  size: 2\n  path: x.csv\n  remote: r\n\nmeta: 1\n`,
      {},
      `outs:\n- md5: ${newMd5}\n  size: 3\n  path: x.csv\n  remote: r\n  hash: md5\n\nmeta: 1\n`,
    ],
    [
      'a file that is a folder now',
      `outs:\n- isexec: true\n  md5: ${oldMd5}\n  size: 2\n  hash: md5\n  path: x.csv\n`,
      { object: { algorithm: 'md5', value: listing }, size: 9, files: 2 },
      `outs:\n- md5: ${listing}\n  size: 9\n  hash: md5\n  path: x.csv\n  nfiles: 2\n`,
    ],
    [
      'one of several outputs, in braces',
      `outs: [{md5: ${oldMd5}, path: y}, {nfiles: 1, md5: ${oldMd5}, path: x.csv, isexec: true}]`,
      {},
      `outs: [{md5: ${oldMd5}, path: y}, {md5: ${newMd5}, path: x.csv, size: 3, hash: md5}]`,
    ],
    [
      'no last newline, and an empty value',
      `outs:\n- path: x.csv\n  md5:`,
      {},
      `outs:\n- path: x.csv\n  md5: ${newMd5}\n  size: 3\n  hash: md5`,
    ],
    [
      'CRLF',
      `outs:\r\n- md5: ${oldMd5}\r\n  path: x.csv\r\n`,
      {},
      `outs:\r\n- md5: ${newMd5}\r\n  path: x.csv\r\n  size: 3\r\n  hash: md5\r\n`,
    ],
    [
      'an executable that is none any more, and nothing else',
      `outs:\n- md5: ${newMd5}\n  size: 99\n  isexec: true\n  hash: md5\n  path: x.csv\n`,
      { executable: false },
      `outs:\n- md5: ${newMd5}\n  size: 99\n  hash: md5\n  path: x.csv\n`,
    ],
    [
      'versions in a cloud, which are gone with the content',
      fixture('misc/cloud-file-input.dvc'),
      { path: 'f', pinFile: 'f.dvc' },
      `outs:\n- md5: ${newMd5}\n  size: 3\n  path: f\n  hash: md5\n  push: false\n  remote: s3v\n  persist: true\n  cache: true\n  desc: x\n  type: t\n  labels: [l]\n`,
    ],
  ];
  for (const [what, old, change, text] of edits)
    it(`changes ${what}`, () => {
      assert.equal(written(old, change), text);
      assert.equal(written(text, change), text, 'a second time');
    });

  it('leaves a file of DVC 2 alone whose content is the same', () => {
    const old = `outs:\n- md5: ${oldMd5}\n  path: x.csv\n`;
    assert.equal(written(old, { object: { algorithm: 'md5-dos2unix', value: oldMd5 } }), old);
  });

  it('renews the checksum of an import', () => {
    const old = fixture('misc/import-url.dvc');
    assert.equal(stageChecksum(old), '8bc1d00bc3fc98fe01cbd02d03ae48dc');
    const text = written(old, { path: 'imp.txt', pinFile: 'imp.txt.dvc' });
    assert.equal(
      text,
      old
        .replace(/(?<=outs:\n- md5: ).*/, newMd5)
        .replace(/(?<=outs:\n.*\n {2}size: )2/, '3')
        .replace(/^md5: .*/, `md5: ${stageChecksum(text) ?? ''}`),
    );
    assert.notEqual(stageChecksum(text), stageChecksum(old));
  });

  it('touches nothing but what it names, whatever stands around it', () => {
    const filler = fc.constantFrom(
      '',
      '# c\n',
      '\n',
      'desc: "a  b"\n',
      'meta: {a: [1,2]}\n',
      "x: 'y'\n",
      'frozen: false\n',
    );
    const inner = fc.constantFrom(
      '  # inner\n',
      '  desc: "q"\n',
      '  type: t   # c\n',
      '  labels: [a,  b]\n',
      '\n',
    );
    const others = fc.uniqueArray(inner, { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.uniqueArray(filler, { maxLength: 4 }),
        others,
        others,
        fc.uniqueArray(filler, { maxLength: 1 }),
        (before, first, second, after) => {
          const head = before.filter(line => !after.includes(line)).join('');
          const make = (md5: string, size: string): string =>
            `${head}outs:\n- md5: ${md5}\n${first.join('')}  size: ${size}\n${second.filter(line => !first.includes(line)).join('')}  hash: md5\n  path: x.csv\n${after.join('')}`;
          assert.equal(written(make(oldMd5, '2')), make(newMd5, '3'));
        },
      ),
      { numRuns: 200 },
    );
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['is no YAML', 'outs: [', /was not changed/],
    ['pins something else', 'outs:\n- path: y\n', /it does not pin x\.csv/],
    ['holds a key twice', `outs:\n- path: x.csv\n  path: x.csv\n`, /was not changed/],
    ['is shared by an anchor', `base: &b {md5: ${oldMd5}}\nouts:\n- <<: *b\n  path: x.csv\n`, /./],
  ];
  for (const [what, old, message] of refused)
    it(`does not guess at a file that ${what}`, () => {
      let text: string;
      try {
        text = written(old);
      } catch (error) {
        assert.match(String(error), message);
        return;
      }
      assert.match(text, new RegExp(newMd5));
    });

  it('writes below the root only, and through no link', async () => {
    await using folder = await temporaryFolder();
    const repository = await outsideGit(join(folder.path, 'project'));
    const elsewhere = join(folder.path, 'elsewhere');
    await mkdir(elsewhere);
    await symlink(elsewhere, join(repository.root, 'link'));
    await writeFile(join(elsewhere, 'target.dvc'), 'outs: []\n');
    await symlink(join(elsewhere, 'target.dvc'), join(repository.root, 'x.csv.dvc'));
    const object = { algorithm: 'md5', value: newMd5 } as const;
    for (const path of ['link/a', 'x.csv', '../a', '.git/hooks/a'])
      await assert.rejects(writeDvcFile(repository, { path, object }), { code: 'pin-not-writable' }, path);
    await writeFile(join(repository.root, 'ok.dvc'), '', { mode: 0o600 });
    assert.deepEqual(await writeDvcFile(repository, { path: 'ok', object, size: 1 }), {
      pinFile: 'ok.dvc',
      changed: true,
    });
    assert.deepEqual(await writeDvcFile(repository, { path: 'ok', object, size: 1 }), {
      pinFile: 'ok.dvc',
      changed: false,
    });
    assert.equal((await stat(join(repository.root, 'ok.dvc'))).mode & 0o777, 0o600);
    assert.equal(await readFile(join(elsewhere, 'target.dvc'), 'utf8'), 'outs: []\n');
  });
});

describe('writeLock', () => {
  it('changes the entry of one output of one stage', async () => {
    await using folder = await temporaryFolder();
    const repository = await outsideGit(join(folder.path, 'project'));
    const lock = fixture('pipeline/dvc.lock');
    await writeFile(join(repository.root, 'dvc.yaml'), fixture('pipeline/dvc.yaml'));
    await writeFile(join(repository.root, 'dvc.lock'), lock);
    const request = (stage: string, path: string, size: number) => ({
      pinFile: 'dvc.yaml',
      stage,
      outputs: [{ path, object: { algorithm: 'md5', value: newMd5 } as const, size }],
    });
    const text = (): Promise<string> => readFile(join(repository.root, 'dvc.lock'), 'utf8');
    assert.deepEqual(await writeLock(repository, request('train', 'model', 7)), {
      pinFile: 'dvc.lock',
      changed: true,
    });
    const entry =
      '    - path: model\n      hash: md5\n      md5: 165cf471e6704a750452c4504435bb68.dir\n      size: 5\n      nfiles: 1\n';
    const expected = lock.replace(
      entry,
      `    - path: model\n      hash: md5\n      md5: ${newMd5}\n      size: 7\n`,
    );
    assert.equal(await text(), expected);
    assert.equal((await writeLock(repository, request('train', 'model', 7))).changed, false);
    await writeLock(repository, request('each@x', 'x.txt', 1));
    assert.equal(
      await text(),
      expected.replace('401b30e3b8b5d629635a5c613cdb7919\n      size: 2', `${newMd5}\n      size: 1`),
    );
    await assert.rejects(writeLock(repository, request('gone', 'model', 7)), { code: 'pin-not-writable' });
  });

  it('adds an output in its place, and an entry only to a stage that ran', async () => {
    await using folder = await temporaryFolder();
    const repository = await outsideGit(join(folder.path, 'project'));
    await writeFile(
      join(repository.root, 'dvc.yaml'),
      'stages:\n  s: {cmd: x, wdir: w, outs: [a, b, c]}\n  n: {cmd: x, outs: [q]}\n',
    );
    const of = (path: string): string =>
      `    - path: ${path}\n      hash: md5\n      md5: ${newMd5}\n      size: 1\n`;
    await writeFile(
      join(repository.root, 'dvc.lock'),
      `schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n${of('a')}${of('c')}`,
    );
    const object = { algorithm: 'md5', value: newMd5 } as const;
    await writeLock(repository, {
      pinFile: 'dvc.yaml',
      stage: 's',
      outputs: [{ path: 'w/b', object, size: 1 }],
    });
    assert.equal(
      await readFile(join(repository.root, 'dvc.lock'), 'utf8'),
      `schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n${of('a')}${of('b')}${of('c')}`,
    );
    await assert.rejects(
      writeLock(repository, { pinFile: 'dvc.yaml', stage: 'n', outputs: [{ path: 'q', object }] }),
      { code: 'stage-never-ran' },
    );
  });
});

async function outsideGit(root: string): Promise<DataRepository> {
  await mkdir(root);
  return initDataRepository(root, { noScm: true });
}
