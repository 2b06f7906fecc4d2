import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { LockedPackage } from '../../../../src/environments/environmentLock.ts';
import { lockPackage } from '../../../../src/environments/python/lockPython.ts';
import { planRebuild } from '../../../../src/environments/python/rebuildPlan.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const a = `sha256:${'a'.repeat(64)}`;
const md5 = 'c'.repeat(32);

const plan = (packages: LockedPackage[], root = '/p/my project'): ReturnType<typeof planRebuild> =>
  planRebuild({ version: '3.11.7', manager: 'venv', packages }, root);

describe('what it takes to make an environment again', () => {
  const lines: readonly (readonly [LockedPackage, string])[] = [
    [{ name: 'six', version: '1.16.0', hashes: [a] }, `six==1.16.0 --hash=${a}`],
    [{ name: 'torch', version: '2.8.0+cu128' }, 'torch==2.8.0+cu128'],
    [
      {
        name: 'x',
        version: '1',
        url: 'https://h/x.git@abc',
        vcs: 'git',
        subdirectory: 'sub dir',
        hashes: [a],
      },
      'x @ git+https://h/x.git@abc#subdirectory=sub%20dir',
    ],
    [{ name: 'x', version: '1', url: 'https://h/x.whl', hashes: [a] }, `x @ https://h/x.whl --hash=${a}`],
  ];
  for (const [one, line] of lines)
    it(line, () => {
      const { requirements, impossible } = plan([one]);
      assert.deepEqual([requirements.map(each => each.line), impossible], [[line], []]);
    });

  const refused: readonly (readonly [LockedPackage, RegExp])[] = [
    [{ name: '--index-url=https://evil', version: '1' }, /is no name/],
    [{ name: '-r', version: '1' }, /is no name/],
    [{ name: 'six', version: '1 --target=/etc' }, /no version that can be asked for/],
    [{ name: 'six', version: 'unknown\n-e .' }, /no version/],
    [{ name: 'x', version: '1', url: 'https://h/x.whl --target=/etc' }, /cannot be asked for/],
    [{ name: 'x', version: '1', url: 'https://h/x.git@a', vcs: 'sh' }, /version control by sh/],
    [{ name: 'x', version: '1', url: 'file:///nowhere/x.whl' }, /not there any more/],
    [{ name: 'x', version: '1', editable: true, url: 'file:///elsewhere' }, /outside the project/],
    [{ name: 'x', version: '1', editable: true, location: '../../elsewhere' }, /outside the project/],
    [{ name: 'mkl', version: '1', installer: 'conda', build: '0' }, /address is not known/],
    [{ name: 'mkl', version: '1', installer: 'conda', url: 'https://c/x.sh' }, /address is not known/],
  ];
  for (const [one, why] of refused)
    it(`nothing can do it for ${JSON.stringify(one)}`, () => {
      const { requirements, conda, folders, impossible } = plan([one]);
      assert.deepEqual([requirements, conda, folders], [[], [], []]);
      assert.match(impossible[0]?.why ?? '', why);
    });

  it('takes conda packages by their address, and what they brought along with them', () => {
    const numpy = { name: 'numpy', version: '1', installer: 'conda', build: '0' };
    const { conda, impossible, requirements } = plan([
      { ...numpy, url: 'https://c/linux-64/numpy-1-0.conda', hashes: [`md5:${md5}`] },
      { name: 'torch', version: '2', installer: 'conda', contents: a },
      { name: 'six', version: '1' },
    ]);
    assert.deepEqual(conda, [`https://c/linux-64/numpy-1-0.conda#${md5}`]);
    assert.deepEqual([impossible, requirements.map(one => one.line)], [[], ['six==1']]);
  });

  it('takes editable packages of the project as its code, local wheels while they are there', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    const wheel = join(root, 'x-1-py3-none-any.whl');
    await writeFile(wheel, '');
    const own = lockPackage(
      {
        name: 'App',
        version: '0',
        editable: true,
        url: pathToFileURL(root).href,
        location: join(root, 'src'),
      },
      root,
    );
    const local = lockPackage({ name: 'x', version: '1', url: pathToFileURL(wheel).href }, root);
    assert.deepEqual(
      [own.name, own.url, own.location, local.url],
      [...['app', 'file:./', 'src', 'file:./x-1-py3-none-any.whl']],
    );
    const made = plan([own, local], root);
    assert.deepEqual([made.folders, made.impossible], [[join(root, 'src')], []]);
    assert.deepEqual(
      made.requirements.map(one => one.line),
      [`x @ ${pathToFileURL(wheel).href}`],
    );
    const built = lockPackage({ name: 'y', version: '1', url: pathToFileURL(root).href }, root);
    assert.match(plan([built], root).impossible[0]?.why ?? '', /whose state then nobody knows/);
  });

  it('never lets a word of the list become an option or a second line', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'six',
        '1.0',
        '-e',
        '--hash',
        '\n',
        ' ; ',
        'https://x/y',
        'git',
        'file:./x',
        '../..',
        '#',
      ),
    );
    const word = fc.array(text, { maxLength: 3 }).map(parts => parts.join(''));
    const one = fc.record(
      { name: word, version: word, url: word, vcs: word, subdirectory: word, hashes: fc.array(word) },
      { requiredKeys: ['name', 'version'] },
    );
    fc.assert(
      fc.property(one, made => {
        for (const { line } of plan([made]).requirements)
          assert.match(
            line,
            /^[A-Za-z0-9][\w.-]*(?:==[\w.!+-]+| @ [^\s;]+)(?: --hash=sha256:[0-9a-f]{64})*$/,
          );
      }),
      { numRuns: 1000 },
    );
  });
});
