import assert from 'node:assert/strict';
import { mkdir, open as openFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { namedFiles } from '../../../../src/execution/capture/namedFiles.ts';
import { OpenFiles } from '../../../../src/execution/capture/openFiles.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import type { TemporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('files that nobody saw being read', () => {
  let folder: TemporaryFolder;

  before(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, 'data'));
    const files = {
      'data/a.h5': 'a',
      'data/b.parquet': 'b',
      'notes.txt': 'c',
      'model.so': 'd',
      'conf.yaml': 'train: {path: data/a.h5, steps: 3.5, url: "https://example.org/x.bin"}\n',
      'plain.py': 'read("data/b.parquet"); open("notes.txt"); # "notes.txt"\n',
      'native.py': 'import ctypes\nread("data/b.parquet")\n',
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content);
  });
  after(() => folder.remove());

  const cases: readonly {
    title: string;
    argv: readonly string[];
    reads?: readonly string[];
    sources?: readonly string[];
    packages?: readonly string[];
    found: readonly string[];
  }[] = [
    { title: 'a word of the command', argv: ['train', 'data/a.h5'], found: ['data/a.h5'] },
    { title: 'the value of an option', argv: ['train', '--data=data/a.h5'], found: ['data/a.h5'] },
    { title: 'the program itself', argv: ['./model.so'], found: ['model.so'] },
    { title: 'a program along PATH', argv: ['model.so'], found: [] },
    {
      title: 'what is not there, a folder, and what lies outside',
      argv: ['train', 'x', 'data', '/etc/hosts'],
      found: [],
    },
    { title: 'a configuration that was read', argv: ['train'], reads: ['conf.yaml'], found: ['data/a.h5'] },
    { title: 'code without compiled readers', argv: ['train'], sources: ['plain.py'], found: [] },
    {
      title: 'code with a compiled reader',
      argv: ['train'],
      sources: ['plain.py'],
      packages: ['numpy', 'pyarrow'],
      found: ['data/b.parquet'],
    },
    { title: 'code with ctypes', argv: ['train'], sources: ['native.py'], found: ['data/b.parquet'] },
    {
      title: 'code with an extension of its own',
      argv: ['train'],
      sources: ['plain.py', 'model.so'],
      found: ['data/b.parquet'],
    },
  ];
  for (const { title, argv, reads = [], sources = [], packages = [], found } of cases)
    it(`are looked for in ${title}`, async () => {
      const root = folder.path;
      const absolute = (names: readonly string[]): string[] => names.map(name => join(root, name));
      const files = await namedFiles({
        ...{ argv, cwd: root, root, packages },
        ...{ reads: absolute(reads), sources: absolute(sources) },
      });
      assert.deepEqual(
        files.map(path => relative(root, path)),
        found,
      );
    });

  it('are found among what a process has open for reading', async function () {
    if (process.platform !== 'linux') this.skip();
    const open = new OpenFiles(folder.path);
    const [read, written] = [
      await openFile(join(folder.path, 'notes.txt'), 'r'),
      await openFile(join(folder.path, 'out.txt'), 'w'),
    ];
    try {
      await open.look([process.pid]);
    } finally {
      await read.close();
      await written.close();
    }
    await open.look([process.pid, 2 ** 22]);
    assert.deepEqual(
      open.found.map(({ path, size }) => [relative(folder.path, path), size]),
      [['notes.txt', 1]],
    );
  });
});
