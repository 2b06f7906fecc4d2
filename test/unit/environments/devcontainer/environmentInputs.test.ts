/** What goes into a container, by name and hash: changes that matter are found, others are not. */
import assert from 'node:assert/strict';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import {
  compareInputs,
  environmentInputs,
  namedFiles,
} from '../../../../src/environments/devcontainer/environmentInputs.ts';
import { copied, ignoreRules } from '../../../../src/environments/devcontainer/ignoreRules.ts';
import { readDevcontainer } from '../../../../src/environments/devcontainer/readDevcontainer.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const files: Readonly<Record<string, string>> = {
  '.devcontainer/devcontainer.json': JSON.stringify({
    build: { dockerfile: 'Dockerfile', context: '..' },
    features: { './hello': {}, 'ghcr.io/x/y:1': {} },
    postCreateCommand: 'bash scripts/setup.sh && pip install -r requirements.txt',
  }),
  '.devcontainer/Dockerfile': 'FROM debian\nCOPY lib/*.py conf /app/\n',
  '.devcontainer/devcontainer-lock.json': '{}',
  '.devcontainer/hello/install.sh': 'true',
  '.dockerignore': 'lib/secret.py\n',
  'lib/a.py': '1',
  'lib/secret.py': '2',
  'lib/a.txt': '3',
  'conf/deep/x': '4',
  'scripts/setup.sh': 'true',
  'requirements.txt': 'numpy',
  'train.py': 'print()',
};

describe('what goes into a container', () => {
  it('is told file by file', async () => {
    await using folder = await temporaryFolder();
    const write = async (path: string, content: string): Promise<void> => {
      await mkdir(dirname(join(folder.path, path)), { recursive: true });
      await writeFile(join(folder.path, path), content);
    };
    for (const [path, content] of Object.entries(files)) await write(path, content);
    const inputs = async (settings = {}): ReturnType<typeof environmentInputs> =>
      environmentInputs(await readDevcontainer(folder.path), settings);
    const first = await inputs();
    assert.deepEqual(Object.keys(first.files), [
      '.devcontainer/Dockerfile',
      '.devcontainer/devcontainer-lock.json',
      '.devcontainer/devcontainer.json',
      '.devcontainer/hello/install.sh',
      '.dockerignore',
      'conf/deep/x',
      'lib/a.py',
      'requirements.txt',
      'scripts/setup.sh',
    ]);

    await write('train.py', 'other');
    await write('lib/secret.py', 'other');
    const config = files['.devcontainer/devcontainer.json'] ?? '';
    await write(
      '.devcontainer/devcontainer.json',
      `// a comment\n${config.replace('{', '{"customizations": {"vscode": {}},  ')}`,
    );
    assert.equal((await inputs()).hash, first.hash, 'nothing that matters');

    await write('lib/a.py', 'other');
    await write('lib/new.py', '5');
    await rm(join(folder.path, 'scripts/setup.sh'));
    await write('.devcontainer/devcontainer.json', config.replace('ghcr.io/x/y:1', 'ghcr.io/x/y:2'));
    const second = await inputs({ gpus: ['GPU-1'] });
    assert.deepEqual(
      compareInputs(first.files, second.files).map(({ what, how }) => `${what} ${how}`),
      [
        '.devcontainer/devcontainer.json changed',
        'lib/a.py changed',
        'lib/new.py added',
        'scripts/setup.sh removed',
        'settings added',
      ],
    );
  });

  it('is bounded in what it reads and looks at, and can be cancelled', async () => {
    await using folder = await temporaryFolder();
    const at = (path: string): string => join(folder.path, path);
    await mkdir(at('.devcontainer'));
    await mkdir(at('data'));
    const build = { dockerfile: 'Dockerfile', context: '..' };
    await writeFile(at('.devcontainer/devcontainer.json'), JSON.stringify({ build }));
    await writeFile(at('.devcontainer/Dockerfile'), 'FROM x\nCOPY data /data\n');
    for (const name of ['a', 'b', 'c']) await writeFile(at(`data/${name}`), 'x'.repeat(100));
    const devcontainer = await readDevcontainer(folder.path);
    const all = { largestHashed: Infinity, mostFiles: Infinity };
    const whole = await environmentInputs(devcontainer, {}, all);
    assert.equal(whole.whole, true);

    const some = await environmentInputs(devcontainer, {}, { ...all, mostBytes: 250 });
    assert.equal(some.whole, false);
    const names = ['data/a', 'data/b', 'data/c'];
    assert.deepEqual(
      names.map(name => some.files[name] === whole.files[name]),
      [true, true, false],
    );
    await utimes(at('data/c'), 1, 1);
    const later = await environmentInputs(devcontainer, {}, { ...all, mostBytes: 250 });
    assert.deepEqual(compareInputs(some.files, later.files), [{ what: 'data/c', how: 'changed' }]);

    const few = await environmentInputs(devcontainer, {}, { ...all, mostSeen: 2 });
    assert.deepEqual([few.whole, 'data/c' in few.files], [false, false]);
    await assert.rejects(environmentInputs(devcontainer, {}, { ...all, signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
  });

  it('finds files that lifecycle commands name, and none outside the project', () => {
    assert.deepEqual(
      namedFiles({
        onCreateCommand: { a: 'sh ./x.sh', b: ['python', 'tools/y.py'] },
        postCreateCommand: 'sh ../z.sh; sh /etc/rc',
        postAttachCommand: 'sh after.sh',
      }),
      ['sh', 'x.sh', 'python', 'tools/y.py'],
    );
  });
});

describe('.dockerignore', () => {
  const rows: readonly (readonly [rules: string, path: string, ignored: boolean])[] = [
    ['node_modules', 'node_modules/a/b', true],
    ['node_modules', 'x/node_modules/a', false],
    ['**/node_modules', 'x/y/node_modules/a', true],
    ['*.md\n!README.md', 'NOTES.md', true],
    ['*.md\n!README.md', 'README.md', false],
    ['*.md', 'docs/x.md', false],
    ['**/*.md', 'docs/x.md', true],
    ['/data/', 'data/x', true],
    ['# no\n\n  temp?  ', 'temp1', true],
    ['*\n!src', 'src/a', false],
    ['[a-c]x', 'bx', true],
    ['[^a]x', 'ax', false],
    ['a\\b', 'a/b', true],
    ['a.b', 'axb', false],
  ];
  for (const [rules, path, ignored] of rows)
    it(`${JSON.stringify(rules)} ${ignored ? 'leaves out' : 'lets in'} ${path}`, () =>
      assert.equal(ignoreRules(rules)(path), ignored));

  it('may be anything', () => {
    const text = fc.array(
      fc.constantFrom('*', '**', '/', '[', ']', '^', '!', 'a', '-', '\\', '?', '.', '\n', '(', '|'),
    );
    fc.assert(
      fc.property(text, text, (rules, path) => {
        ignoreRules(rules.join(''))(path.join(''));
        copied([rules.join('')])(path.join(''));
      }),
    );
  });
});
