import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PinnedOutput } from '../../../../src/data/pinnedOutput.ts';
import { readCanonicalDvcFile } from '../../../../src/data/pins/readCanonicalDvcFile.ts';
import { readDvcFile } from '../../../../src/data/pins/readDvcFile.ts';
import { readPinFile } from '../../../../src/data/pins/readPinFile.ts';
import { dvcFileText } from '../../../../src/data/pins/writePin.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/dvc');
const fixture = (path: string): string => readFileSync(join(fixtures, path), 'utf8');
const md5 = 'b026324c6904b2a9cb4b88d6d61c81d1';

/** One line an output, as a table shows it. */
function rows(outputs: readonly PinnedOutput[]): string[] {
  return outputs.map(output =>
    [
      output.stage === undefined ? output.path : `${output.stage} → ${output.path}`,
      output.object === undefined
        ? 'no hash'
        : `${output.object.algorithm} ${output.object.value.slice(0, 4)}`,
      output.object?.value.endsWith('.dir') === true ? 'folder' : '',
      output.size,
      output.files === undefined ? '' : `${output.files} files`,
      output.executable ? 'executable' : '',
      output.cached ? '' : 'not cached',
      output.push ? '' : 'not pushed',
      output.persist ? 'kept' : '',
      output.remote ?? '',
      output.imported === undefined ? '' : `from ${output.imported.from}`,
    ]
      .filter(word => word !== '' && word !== undefined)
      .join(', '),
  );
}

describe('readPinFile', () => {
  const files: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'of dvc add',
      `outs:\n- md5: ${md5}\n  size: 2\n  hash: md5\n  path: a.csv\n`,
      ['sub/a.csv, md5 b026, 2'],
    ],
    [
      'of a folder',
      `outs:\n- md5: ${md5}.dir\n  size: 9\n  nfiles: 3\n  hash: md5\n  path: a b\n`,
      ['sub/a b, md5 b026, folder, 9, 3 files'],
    ],
    ['of DVC 2', `outs:\n- md5: ${md5}\n  size: 2\n  path: a.csv\n`, ['sub/a.csv, md5-dos2unix b026, 2']],
    [
      'with every setting',
      `outs:\n- md5: ${md5}\n  size: 2\n  isexec: true\n  hash: md5\n  path: a\n  cache: false\n  persist: true\n  remote: r\n  push: false\n`,
      ['sub/a, md5 b026, 2, executable, not cached, not pushed, kept, r'],
    ],
    ['with a wdir', `wdir: ../other\nouts:\n- md5: ${md5}\n  path: a\n`, ['other/a, md5-dos2unix b026']],
    ['without a hash', 'outs:\n- path: a\n  hash: md5\n', ['sub/a, no hash']],
    ['with an md5 of digits', `outs:\n- md5: '${'1'.repeat(32)}'\n  path: a\n`, ['sub/a, md5-dos2unix 1111']],
    [
      'with an md5 of digits, unquoted',
      `outs:\n- md5: ${'0'.repeat(32)}\n  path: a\n`,
      ['sub/a, md5-dos2unix 0000'],
    ],
    ['with anchors', `base: &b {md5: ${md5}, hash: md5}\nouts:\n- <<: *b\n  path: a\n`, ['sub/a, md5 b026']],
    ['without outputs', 'outs:\n', []],
    ['that is empty', '', []],
  ];
  for (const [what, text, expected] of files)
    it(`reads a .dvc file ${what}`, () => {
      const { outputs, problems } = readPinFile(text, 'sub/a.dvc');
      assert.deepEqual(rows(outputs), expected);
      assert.deepEqual(problems, []);
    });

  it('reads imports, clouds and hand-written files of dvc', () => {
    const read = (name: string): PinnedOutput[] => {
      const { outputs, problems } = readPinFile(fixture(`misc/${name}.dvc`), `${name}.dvc`);
      assert.deepEqual(problems, [], name);
      return [...outputs];
    };
    assert.deepEqual(rows(read('import-url')), ['imp.txt, md5 b026, 2, from src0/a']);
    assert.deepEqual(rows(read('readd-with-comments')), ['x.csv, md5 764e, 3']);
    assert.deepEqual(read('cloud-file-input')[0]?.cloudFiles, [
      { relativePath: '', md5, size: 2, executable: false, remote: 's3v', versionId: 'V1', etag: 'e1abc' },
    ]);
    const [folder] = read('cloud-files-input');
    // That of the listing that the files make.
    const object = { algorithm: 'md5', value: '55257053f5f08cf897a6368e59d8e87f.dir' };
    assert.deepEqual([folder?.size, folder?.files, folder?.object], [4, 2, object]);
    assert.deepEqual(
      folder?.cloudFiles?.map(file => [file.relativePath, file.executable, file.versionId, file.etag]),
      [
        ['b/c', false, 'V1', '"abc"'],
        ['a', true, 'V0', 'e0abc'],
      ],
    );
  });

  it('reads the stages of a pipeline, generated ones too', () => {
    const { outputs, problems } = readPinFile(
      fixture('pipeline/dvc.yaml'),
      'dvc.yaml',
      fixture('pipeline/dvc.lock'),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(rows(outputs), [
      'prep → out/z.csv, md5 6137, 5',
      'prep → out/a.csv, md5 6137, 5, kept',
      'train → model, md5 165c, folder, 5, 1 files',
      'train → metrics.json, md5 3fb1, 13, not cached',
      'each@x → x.txt, md5 401b, 2',
      'each@y → y.txt, md5 0095, 2',
      'mat@1-q → mat-1-q.txt, md5 f83d, 3',
      'mat@2-q → mat-2-q.txt, md5 9f55, 3',
    ]);
  });

  it('knows outputs of stages that never ran by their path alone', () => {
    const { outputs } = readPinFile(
      'stages:\n  a:\n    cmd: x\n    wdir: w\n    outs: [o, "p${v}"]\n',
      'sub/dvc.yaml',
    );
    assert.deepEqual(rows(outputs), ['a → sub/w/o, no hash']);
  });

  it('ties paths with variables to what the lock holds, the most specific first', () => {
    const pipeline =
      'stages:\n  a:\n    cmd: x\n    outs: ["${any}", "data/${x}.csv": {cache: false}, plain]\n';
    const entry = (path: string): string => `    - {path: ${path}, hash: md5, md5: ${md5}}\n`;
    const lock = `schema: '2.0'\nstages:\n  a:\n    cmd: x\n    outs:\n${['data/1.csv', 'model', 'plain'].map(entry).join('')}`;
    assert.deepEqual(rows(readPinFile(pipeline, 'dvc.yaml', lock).outputs), [
      'a → model, md5 b026',
      'a → data/1.csv, md5 b026, not cached',
      'a → plain, md5 b026',
    ]);
  });

  const hostile: readonly (readonly [string, string])[] = [
    ['../../etc/passwd', '5:9 "../../etc/passwd" lies outside of the data repository'],
    ['/etc/passwd', '5:9 "/etc/passwd" is absolute, which is not supported'],
    ['s3://b/k', '5:9 "s3://b/k" lies in a remote, which is not supported for outputs'],
    ['.git/hooks/pre-commit', '5:9 ".git/hooks/pre-commit" reaches into .git, which no pin may'],
    ['.GIT./config', '5:9 ".GIT./config" reaches into .GIT., which no pin may'],
    ['git~1/config', '5:9 "git~1/config" reaches into git~1, which no pin may'],
    ['.g\u200cit/config', '5:9 ".g\u200cit/config" reaches into .g\u200cit, which no pin may'],
    ['x/../.dvc/config', '5:9 "x/../.dvc/config" reaches into .dvc, which no pin may'],
    ['"a\\0b"', '5:9 a path holds a NUL character'],
    ['..', '5:9 ".." is the whole data repository'],
    ['.', '2:3 the pin file would be part of what it pins'],
  ];
  for (const [path, expected] of hostile)
    it(`refuses ${path}`, () => {
      const text = `outs:\n- md5: ${md5}\n  size: 2\n  hash: md5\n  path: ${path}\n`;
      const { outputs, problems } = readPinFile(text, 'sub/a.dvc');
      assert.deepEqual(outputs, []);
      assert.deepEqual(
        problems.map(({ path: at, line, column, what }) => `${at} ${line ?? 0}:${column ?? 0} ${what}`),
        [`sub/a.dvc ${expected}`],
      );
    });

  it('reads by its short way what it reads by the long one', () => {
    const key = fc.constantFrom('md5', 'size', 'hash', 'path', 'nfiles', 'isexec', 'desc', 'cache');
    const value = fc.constantFrom(
      md5,
      `${md5}.dir`,
      md5.toUpperCase(),
      '12',
      '012',
      '1e3',
      'md5',
      'true',
      'a b.csv',
      'a: b',
      "'q'",
      '"q"',
      '- x',
      '.',
      '..',
      'null',
      '2020-01-01',
      'x #y',
      'é',
      '*a',
      '1.5',
      '',
      '../up',
      '-x',
      'x/y',
      '.git/x',
      'a ',
    );
    const text = fc
      .array(fc.tuple(key, value), { minLength: 1, maxLength: 6 })
      .map(
        pairs =>
          `outs:\n${pairs.map(([k, v], index) => `${index === 0 ? '- ' : '  '}${k}: ${v}\n`).join('')}`,
      );
    fc.assert(
      fc.property(text, content => {
        const short = readCanonicalDvcFile(content, 'sub/x.dvc');
        if (short !== undefined)
          assert.deepEqual(readDvcFile(content, 'sub/x.dvc'), { outputs: [short], problems: [] });
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back what it writes, for any name', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 120 })
      .filter(text => !/[/\0\ud800-\udfff\ufffe\uffff]|^\.{1,2}$/.test(text) && !/^\.(git|dvc)/i.test(text));
    fc.assert(
      fc.property(name, fc.boolean(), fc.nat(), (path, executable, size) => {
        fc.pre(!/^[\s.]*$/.test(path) && !/^[a-z]:|^\\\\|^[a-z][a-z0-9+.-]*:\/\//i.test(path));
        const pinFile = `${path}.dvc`;
        const object = { algorithm: 'md5', value: md5 } as const;
        const text = dvcFileText(undefined, { path, pinFile, object, size, executable });
        const { outputs, problems } = readPinFile(text, pinFile);
        assert.deepEqual(problems, []);
        assert.deepEqual(outputs, [
          { path, pinFile, object, size, executable, cached: true, push: true, persist: false },
        ]);
        assert.equal(dvcFileText(text, { path, pinFile, object, size, executable }), text);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws and never leaves the root, however its files are damaged', () => {
    const sources = [
      ['x/import-url.dvc', fixture('misc/import-url.dvc'), undefined],
      ['x/cloud.dvc', fixture('misc/cloud-files-input.dvc'), undefined],
      ['x/dvc.yaml', fixture('pipeline/dvc.yaml'), fixture('pipeline/dvc.lock')],
    ] as const;
    const change = fc.tuple(
      fc.nat(),
      fc.nat({ max: 12 }),
      fc.constantFrom(
        '',
        '..',
        '/',
        '\0',
        '\n',
        '- ',
        ': ',
        '&a ',
        '*a',
        '{',
        '[',
        '"',
        '\t',
        '<<: ',
        '${x}',
        '!',
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        ([path, text, lock], changes, inLock) => {
          const damage = (whole: string): string =>
            changes.reduce((current, [at, length, word]) => {
              const place = at % (current.length + 1);
              return current.slice(0, place) + word + current.slice(place + length);
            }, whole);
          const read = readPinFile(
            inLock ? text : damage(text),
            path,
            inLock && lock !== undefined ? damage(lock) : lock,
          );
          for (const output of read.outputs)
            assert.ok(!/^(?:\/|\.\.(?:\/|$))|\0|(?:^|\/)\.\.(?:\/|$)/.test(output.path), output.path);
        },
      ),
      { numRuns: 400 },
    );
  });
});
