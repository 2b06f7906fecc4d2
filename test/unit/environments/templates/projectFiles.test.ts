import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { readCondaEnvironment } from '../../../../src/environments/templates/project/readCondaEnvironment.ts';
import { readImports } from '../../../../src/environments/templates/project/readImports.ts';
import { readProjectFacts } from '../../../../src/environments/templates/project/readProjectFacts.ts';
import { UnreadError } from '../../../../src/environments/templates/project/readProjectText.ts';
import {
  badClause,
  readRequirement,
} from '../../../../src/environments/templates/project/readRequirement.ts';
import { readRequirementsFile } from '../../../../src/environments/templates/project/readRequirementsFile.ts';
import { readSetupCfg } from '../../../../src/environments/templates/project/readSetupCfg.ts';
import {
  fromPoetry,
  readPipfile,
  readPyproject,
  readUvLock,
} from '../../../../src/environments/templates/project/readTomlFiles.ts';
import { exactVersion, satisfies } from '../../../../src/environments/templates/project/versionSpecifier.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('what a project asks for', () => {
  it('tells a version that there cannot be', () => {
    for (const good of [
      '',
      '>=2.4,<3',
      '==2.9.*',
      '~= 1.4',
      '===weird',
      '==1!2.0.post1+cu124',
      '!=2.0rc1',
      '==${V}',
      '>=1,',
    ])
      assert.equal(badClause(good), undefined, good);
    for (const [bad, part] of [
      ['==2.4.1,<<bad', '<<bad'],
      ['=2.4', '=2.4'],
      ['>=new', '>=new'],
      ['<2.*', '<2.*'],
    ] as const)
      assert.equal(badClause(bad), part);
    const list = 'a\n# no\nb>=1, \\\n <2\ntorch==2.4.1,<<bad\n';
    assert.throws(() => readRequirementsFile(list), { message: /^line 5: torch==2\.4\.1,<<bad asks for no/ });
    const project = '[project]\ndependencies = [\n  "numpy",\n  "torch==2.4.1,<<bad",\n]\n';
    assert.throws(() => readPyproject(project, 'p'), { message: /^line 4: torch/ });
  });

  const requirements: [string, string | undefined, string?][] = [
    ['torch', 'torch', ''],
    ['Torch_Vision[extra, b] >= 0.2 , <1 ; python_version < "3.13"', 'torch-vision', '>=0.2,<1'],
    ['jax[cuda12]==0.9.2', 'jax', '==0.9.2'],
    ['numpy (>=1.2)', 'numpy', '>=1.2'],
    ['mine @ git+https://example.org/x', 'mine', ''],
    ['./local', undefined],
    ['https://example.org/x.whl', undefined],
    ['two words', undefined],
  ];
  for (const [text, name, specifier] of requirements)
    it(`in one requirement: ${text}`, () => {
      assert.deepEqual(readRequirement(text), name === undefined ? undefined : { name, specifier });
    });

  it('in requirements.txt, with all its forms', () => {
    const read = readRequirementsFile(
      [
        '\uFEFF# comment',
        'torch==2.5.1+cu124  # pinned',
        '--extra-index-url https://download.pytorch.org/whl/cu124',
        '-r base.txt',
        '--requirement=more/extra.txt',
        '-c constraints.txt',
        '-e .',
        'six==1.16.0 \\',
        '    --hash=sha256:00 \\',
        '    --hash=sha256:11',
        'url @ https://example.org/a#egg=url',
      ].join('\r\n'),
    );
    assert.deepEqual(read, {
      requirements: [
        { name: 'torch', specifier: '==2.5.1+cu124' },
        { name: 'six', specifier: '==1.16.0' },
        { name: 'url', specifier: '' },
      ],
      includes: ['base.txt', 'more/extra.txt'],
      indexes: ['https://download.pytorch.org/whl/cu124'],
      hashed: true,
    });
  });

  it('in pyproject.toml, by the standard and as Poetry writes it', () => {
    const standard = readPyproject(
      `[project]\ndependencies = ["torch>=2.4"]\nrequires-python = ">=3.11"\n[project.optional-dependencies]\ntf = ["tensorflow"]
[dependency-groups]\ndev = ["jax", {include-group = "x"}]\n[build-system]\nrequires = []\n[[tool.uv.index]]\nurl = "https://a"\n`,
      'p',
    );
    assert.deepEqual(standard, {
      packages: [
        { name: 'torch', specifier: '>=2.4', file: 'p', optional: false },
        { name: 'tensorflow', specifier: '', file: 'p', optional: true },
        { name: 'jax', specifier: '', file: 'p', optional: true },
      ],
      python: '>=3.11',
      indexes: ['https://a'],
      isPackage: true,
      isWorkspace: false,
    });
    const { packages, python } = readPyproject(
      '[tool.poetry.dependencies]\npython = "^3.11"\ntorch = {version = "~2.5", source = "x"}\nsix = [1]\n',
      'p',
    );
    assert.deepEqual(
      packages?.map(({ name, specifier }) => `${name} ${specifier}`),
      ['torch >=2.5,<2.6', 'six '],
    );
    assert.equal(python, '>=3.11,<4');
  });

  it('in uv.lock, Pipfile, environment.yml and setup.cfg', () => {
    const lock = readUvLock(
      'version = 1\nrequires-python = ">=3.12"\n[[package]]\nname = "torch"\nversion = "2.9.1"\nsource = { registry = "https://a" }\n[[package]]\nname = "me"\nsource = { editable = "." }\n',
      'l',
    );
    assert.deepEqual(
      lock.packages?.map(({ name, specifier }) => `${name} ${specifier}`),
      ['torch ==2.9.1', 'me '],
    );
    assert.deepEqual([lock.python, lock.indexes], ['>=3.12', ['https://a']]);
    const pipfile = readPipfile(
      '[packages]\nflask = "*"\njax = "==0.9.2"\n[requires]\npython_version = "3.11"\n',
      'f',
    );
    assert.deepEqual([pipfile.packages?.at(-1)?.specifier, pipfile.python], ['==0.9.2', '==3.11.*']);
    const conda = readCondaEnvironment(
      'name: x\ndependencies:\n  - python=3.11\n  - pytorch::pytorch=2.5.1=py3.11_cuda12\n  - numpy>=1.2,<2\n  - 7\n  - pip\n  - pip:\n    - jax==0.9.2\n',
      'e',
    );
    assert.deepEqual(
      conda.packages?.map(({ name, specifier }) => `${name} ${specifier}`),
      ['torch ==2.5.1.*', 'numpy >=1.2,<2', 'pip ', 'jax ==0.9.2'],
    );
    assert.equal(conda.python, '==3.11.*');
    const cfg = readSetupCfg(
      '[metadata]\nname = x\n[options]\npython_requires = >=3.10\ninstall_requires =\n    torch>=2\n    six # why\n# no\n[other]\ninstall_requires = jax\n',
      's',
    );
    assert.deepEqual(
      [cfg.packages?.map(({ name }) => name), cfg.python, cfg.isPackage],
      [['torch', 'six'], '>=3.10', true],
    );
  });

  it('in the imports of scripts', () => {
    assert.deepEqual(
      readImports(
        'import os, torch as t\nfrom jax.numpy import x\n  import flax.linen\n# import no\nfrom . import y\nx = "import z"\n',
      ),
      ['os', 'torch', 'jax', 'flax'],
    );
  });

  const specifiers: [string, string, boolean][] = [
    ['2.9.1', '>=2.4,<3', true],
    ['2.9.1', '==2.9.*', true],
    ['2.10.0', '==2.1.*', false],
    ['2.9', '==2.9.0', true],
    ['2.9.1', '~=2.4', true],
    ['2.9.1', '~=2.4.0', false],
    ['2.9.1', '!=2.9.*', false],
    ['2.9.1', '>2.9.1', false],
    ['2.9.1', 'nonsense', true],
    ['2.5.1', '==2.5.1+cu124', true],
  ];
  for (const [version, specifier, allowed] of specifiers)
    it(`${version} ${allowed ? 'goes' : 'does not go'} with ${specifier}`, () => {
      assert.equal(satisfies(version, specifier), allowed);
    });

  it('as versions: Poetry has ranges of its own, and exact is only what allows one', () => {
    assert.deepEqual(['^2.5', '^0.2.3', '^0.0.3', '~2.5.1', '~2', '2.5', '*', '>=2,<3'].map(fromPoetry), [
      '>=2.5,<3',
      '>=0.2.3,<0.3',
      '>=0.0.3,<0.0.4',
      '>=2.5.1,<2.6',
      '>=2,<3',
      '==2.5',
      '',
      '>=2,<3',
    ]);
    assert.deepEqual(['==2.5.1', '>=2,==2.5.1+cu124', '==2.5.*', '>=2.5', ''].map(exactVersion), [
      '2.5.1',
      '2.5.1+cu124',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is never an exception of a parser, whatever the text', () => {
    const samples = [
      '[project]\ndependencies = ["torch>=2.4"]\n',
      '[[package]]\nname = "torch"\nversion = "1"\n',
      'dependencies:\n  - python=3.11\n  - pip:\n    - jax==0.9.2\n',
      '[options]\ninstall_requires =\n  torch\n',
      'six==1 \\\n --hash=x\n-r y\n',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom(...samples), fc.nat(), fc.string(), fc.nat(4))
        .map(([sample, at, put, cut]) => {
          const place = at % (sample.length + 1);
          return sample.slice(0, place) + put + sample.slice(place + cut);
        }),
    );
    const readers = [
      readPyproject,
      readUvLock,
      readPipfile,
      readCondaEnvironment,
      readSetupCfg,
      readRequirementsFile,
      readImports,
    ];
    fc.assert(
      fc.property(text, content => {
        for (const read of readers)
          try {
            read(content, 'file');
          } catch (error) {
            assert.ok(error instanceof UnreadError, `${read.name}: ${String(error)}`);
            assert.ok(!error.message.includes('\n'), error.message);
          }
      }),
      { numRuns: 300 },
    );
  });

  it('is read from the whole project, and what cannot be read is named', async function () {
    await using folder = await temporaryFolder();
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...Array.from({ length: 9 }, (_, at) => {
        const [name, before] = [String.fromCharCode(98 + at), String.fromCharCode(97 + at)];
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');
    await fill(folder.path, {
      '.python-version': '3.12.4\n',
      'requirements.txt': '-r requirements/base.txt\n-r ../outside.txt\n-r requirements.txt\n',
      'requirements/base.txt': 'torch==2.9.1\n',
      'requirements-dev.txt': 'jax\n',
      'environment.yml': bomb,
      'environment.yaml': 'dependencies: [',
      'pyproject.toml': 'x = 1\nx = 2\n',
      Pipfile: Buffer.from([0xff, 0xfe, 0x00]),
      'setup.cfg': Buffer.alloc(5 * 1024 * 1024, 32),
      'train.py': 'import tensorflow\n',
    });
    if (process.platform !== 'win32') {
      await symlink('/etc/hostname', join(folder.path, 'requirements-link.txt'));
      execFileSync('mkfifo', [join(folder.path, 'requirements-pipe.txt')]);
    }
    const facts = await readProjectFacts(folder.path);
    assert.deepEqual(facts.packages, [
      { name: 'torch', specifier: '==2.9.1', file: 'requirements/base.txt', optional: false },
      { name: 'jax', specifier: '', file: 'requirements-dev.txt', optional: true },
    ]);
    assert.deepEqual(facts.python, [{ specifier: '==3.12.*', file: '.python-version' }]);
    assert.deepEqual([...facts.imports], [['tensorflow', 'train.py']]);
    const why = Object.fromEntries(facts.unread.map(one => [one.file, one.why]));
    assert.match(why['pyproject.toml'] ?? '', /^line 2: /);
    assert.match(why['environment.yml'] ?? '', /alias/);
    assert.match(why['environment.yaml'] ?? '', /^it is no YAML/);
    assert.equal(why['Pipfile'], 'it is not text');
    assert.equal(why['setup.cfg'], 'it is larger than 4 MiB');
    if (process.platform === 'win32') return;
    assert.equal(why['requirements-link.txt'], 'it lies outside the project');
    assert.equal(why['requirements-pipe.txt'], 'it is no regular file');
  });
});

async function fill(root: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}
