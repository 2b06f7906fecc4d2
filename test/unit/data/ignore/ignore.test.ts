import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { createDvcIgnore } from '../../../../src/data/ignore/dvcIgnore.ts';
import { createGitIgnoreRules } from '../../../../src/data/ignore/gitIgnoreRules.ts';
import { addGitIgnores, gitIgnoreLine, removeGitIgnores } from '../../../../src/data/pins/gitIgnore.ts';
import { initDataRepository } from '../../../../src/data/config/initDataRepository.ts';
import { gitRepository } from '../../../helpers/gitRepository.ts';

/** Files of rules by their path → whether a path is ignored; a final slash means a folder. */
function dvcIgnores(
  files: Readonly<Record<string, string>>,
  path: string,
  dataRoots: readonly string[] = [],
): boolean {
  const ignore = createDvcIgnore('/nowhere', {
    readText: name => files[name],
    isDataRoot: folder => dataRoots.includes(folder),
  });
  return ignore.ignores(path.replace(/\/$/, ''), path.endsWith('/'));
}

describe('createDvcIgnore', () => {
  // Each as `dvc check-ignore` of DVC 3.67.1 says.
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['*.tmp', 'a/b.tmp', true],
    ['*.tmp\n!keep.tmp', 'keep.tmp', false],
    ['/rootonly', 'rootonly', true],
    ['/rootonly', 'sub/rootonly', false],
    ['dironly/', 'dironly', false],
    ['dironly/', 'x/dironly/', true],
    ['dironly/', 'x/dironly/f', true],
    ['sub/**/deep', 'sub/a/b/deep', true],
    ['sub/**/deep', 'sub/deep', true],
    ['sub/**/deep', 'x/sub/deep', false],
    ['a/**', 'a/', true],
    ['a/**', 'a/b', true],
    ['  spaced  ', 'spaced', true],
    ['\\#x', '#x', true],
    ['[!a-c]x', 'dx', true],
    ['[!a-c]x', 'bx', false],
    ['a[', 'a[', false],
    ['# a\n\n', 'a', false],
    ['', '.git/', true],
    ['', 'x/.git', true],
    ['', 'x/.dvc/config', true],
    ['', '.dvc', false],
    ['d\n!d/f', 'd/f', true],
  ];
  for (const [rules, path, expected] of cases)
    it(`${JSON.stringify(rules)} ${expected ? 'ignores' : 'leaves'} ${path}`, () => {
      assert.equal(dvcIgnores({ '.dvcignore': rules }, path), expected);
    });

  it('lets closer files win, and does not look into data repositories inside', () => {
    const files = { '.dvcignore': '*.tmp\n', 'a/.dvcignore': '!x.tmp\n/y\ndeep/z\n', 'b/.dvcignore': '*\n' };
    assert.equal(dvcIgnores(files, 'a/x.tmp'), false);
    assert.equal(dvcIgnores(files, 'a/q/x.tmp'), false);
    assert.equal(dvcIgnores(files, 'x.tmp'), true);
    assert.equal(dvcIgnores(files, 'a/y'), true);
    assert.equal(dvcIgnores(files, 'a/b/y'), false);
    assert.equal(dvcIgnores(files, 'a/deep/z'), true);
    assert.equal(dvcIgnores(files, 'b/f'), true);
    assert.equal(dvcIgnores({}, 'inner/f', ['inner']), true);
  });

  it('knows where nobody wrote a rule', () => {
    const files: Record<string, string> = { '.dvcignore': '# only this\n\n', 'sub/.dvcignore': '*.tmp' };
    const ignore = createDvcIgnore('/nowhere', {
      readText: name => files[name],
      isDataRoot: folder => folder === 'inner',
    });
    const asked = ['', 'a/b', 'sub', 'sub/deep', 'inner'];
    assert.deepEqual(
      asked.filter(folder => ignore.hasRulesFor(folder)),
      ['sub', 'sub/deep', 'inner'],
    );
  });

  it('never throws, whatever stands in the files', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '*', '/', '[', ']', '!', '\\', '#', '?', '-', ' ', '\n', '\r'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, text, (outer, inner) => {
        assert.equal(typeof dvcIgnores({ '.dvcignore': outer, 'a/.dvcignore': inner }, 'a/b/a'), 'boolean');
      }),
      { numRuns: 500 },
    );
  });

  it('takes no time, whatever the pattern', () => {
    const rules = `${'*a'.repeat(500)}\n${'**/a/'.repeat(200)}b\n`;
    assert.equal(dvcIgnores({ '.dvcignore': rules }, `${'a/'.repeat(300)}${'a'.repeat(400)}`), false);
  });
});

describe('createGitIgnoreRules', () => {
  it('says what git check-ignore says', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a' });
    const { root, environment } = repository;
    const word = fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', 'a*', '**', '\\a', 'c', '*b');
    const line = fc
      .tuple(
        fc.constantFrom('', '!', '/'),
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '/'),
      )
      .map(([start, words, end]) => `${start}${words.join('/')}${end}`);
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c', 'ab'), { minLength: 1, maxLength: 4 })
      .map(parts => parts.join('/'));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.array(path, { minLength: 20, maxLength: 30 }),
        (lines, paths) => {
          writeFileSync(join(root, '.gitignore'), lines.join('\n'));
          const rules = createGitIgnoreRules(root, []);
          const { stdout } = spawnSync('git', ['check-ignore', '-z', '--stdin'], {
            cwd: root,
            env: environment,
            input: paths.join('\0'),
          });
          const ignored = new Set(stdout.toString('utf8').split('\0'));
          for (const one of paths)
            assert.equal(rules.ignores(one, false), ignored.has(one), `${JSON.stringify(lines)} ${one}`);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('addGitIgnores', () => {
  it('adds the lines that dvc adds, and takes them away again', async () => {
    await using repository = await gitRepository({ '.gitignore': '*.log\n/dir/\nlast', 'sub/f': '' });
    const { root, environment } = repository;
    const data = await initDataRepository(root, { environment });
    const text = (name: string): string => readFileSync(join(root, name), 'utf8');
    assert.deepEqual(await addGitIgnores(data, ['a b', 'x.log', 'dir', 'sub/#[1]!', 'last']), [
      '.gitignore',
      'sub/.gitignore',
    ]);
    assert.equal(text('.gitignore'), '*.log\n/dir/\nlast\n/a b\n/dir\n');
    assert.equal(text('sub/.gitignore'), '/\\#\\[1\\]\\!\n');
    assert.deepEqual(await addGitIgnores(data, ['a b', 'sub/#[1]!']), []);
    assert.deepEqual(await removeGitIgnores(data, ['a b', 'sub/#[1]!', 'gone/x']), [
      '.gitignore',
      'sub/.gitignore',
    ]);
    assert.equal(text('.gitignore'), '*.log\n/dir/\nlast\n/dir\n');
    assert.throws(() => text('sub/.gitignore'), { code: 'ENOENT' });
  });

  it('writes the 67 names as dvc did, but with backslashes that mean themselves', () => {
    const fixture = join(import.meta.dirname, '../../../fixtures/dvc/names');
    const names = Object.keys(
      JSON.parse(readFileSync(join(fixture, 'dvc-add-single-file.json'), 'utf8')) as object,
    );
    const lines = names.map(name => gitIgnoreLine(name.replace(/\\/g, '')));
    // pathspec before 1.0 left them alone, and so git did not ignore these files.
    const written = readFileSync(join(fixture, 'gitignore.bytes'), 'utf8').replace(/\\(?![#*!?[\]])/g, '');
    assert.equal(names.length, 67);
    assert.deepEqual(lines.join('\n').split('\n').sort(), written.trimEnd().split('\n').sort());
    assert.equal(gitIgnoreLine('a\\b'), '/a\\\\b');
  });
});
