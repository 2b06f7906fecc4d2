import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { FolderWatch } from '../../../../src/execution/sources/folderWatch.ts';
import type { FolderWatchOptions } from '../../../../src/execution/sources/folderWatch.ts';
import { noticeShare } from '../../../../src/execution/sources/noticeShare.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { waitFor } from '../../../helpers/waitFor.ts';

class Bench implements AsyncDisposable {
  readonly root: string;
  readonly found = new Set<string>();
  readonly problems: string[] = [];
  readonly watch: FolderWatch;
  readonly #remove: () => Promise<void>;

  private constructor(root: string, remove: () => Promise<void>, options: Partial<FolderWatchOptions>) {
    this.root = root;
    this.#remove = remove;
    this.watch = new FolderWatch({
      wanted: path => path.endsWith('.csv'),
      onFile: path => this.found.add(relative(root, path)),
      without: [join(root, 'store')],
      onProblem: text => this.problems.push(text),
      ...options,
    });
  }

  static async open(files: readonly string[], options: Partial<FolderWatchOptions> = {}): Promise<Bench> {
    const folder = await temporaryFolder();
    const bench = new Bench(folder.path, () => folder.remove(), options);
    for (const file of files) bench.write(file);
    return bench;
  }

  write(name: string): void {
    mkdirSync(dirname(join(this.root, name)), { recursive: true });
    writeFileSync(join(this.root, name), '');
  }

  async start(folder = ''): Promise<string[]> {
    this.watch.add(join(this.root, folder));
    await this.watch.settled();
    return [...this.found].sort();
  }

  async finds(name: string): Promise<void> {
    await waitFor(name, () => this.found.has(name), { describe: () => [...this.found].join() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.watch.close();
    await this.#remove();
  }
}

describe('FolderWatch', () => {
  it('finds what is there, and leaves out environments, caches and the store', async () => {
    await using bench = await Bench.open([
      ...[
        'a.csv',
        'b.txt',
        'x y/deep/c.csv',
        '.git/d.csv',
        'node_modules/e.csv',
        '.venv/f.csv',
        'store/g.csv',
      ],
      ...['myenv/pyvenv.cfg', 'myenv/lib/h.csv', '__pycache__/i.csv'],
    ]);
    assert.deepEqual(await bench.start(), ['a.csv', 'x y/deep/c.csv']);
    assert.deepEqual(bench.problems, []);
  });

  it('goes on by looks when the system gives no more notices, and says so once', async () => {
    let left = 1;
    const notify = ((...words: Parameters<typeof watch>) => {
      if (left-- > 0) return watch(...words);
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    }) as typeof watch;
    await using bench = await Bench.open(['a/x.txt', 'b/y.txt', 'c/empty.csv'], { notify });
    await bench.start();
    bench.write('in time.csv');
    await bench.finds('in time.csv');
    bench.write('b/later.csv');
    bench.write('c/new/latest.csv');
    await bench.watch.look();
    assert.ok(bench.found.has('b/later.csv') && bench.found.has('c/new/latest.csv'));
    // What it holds changes without a change of the folder.
    bench.found.clear();
    await bench.watch.look();
    assert.deepEqual([...bench.found].sort(), ['b/later.csv', 'c/empty.csv', 'c/new/latest.csv']);
    assert.equal(bench.problems.length, 1);
    assert.match(bench.problems[0] ?? '', /no more notices/);
  });

  it('takes no more notices than its share, without a word', async () => {
    let given = 0;
    const notify = ((...words: Parameters<typeof watch>) => {
      given++;
      return watch(...words);
    }) as typeof watch;
    await using bench = await Bench.open(['a/x.txt', 'b/y.txt', 'c/z.txt'], { notify, mostNotices: 2 });
    await bench.start();
    rmSync(join(bench.root, 'a'), { recursive: true });
    for (const name of ['a', 'b', 'c']) bench.write(`${name}/found.csv`);
    await waitFor('all of them', async () => {
      await bench.watch.look();
      return ['a', 'b', 'c'].every(name => bench.found.has(join(name, 'found.csv')));
    });
    assert.ok(given <= 4, `${given} notices asked for`);
    assert.deepEqual(bench.problems, []);
  });

  it('shares the notices of a user among the runs that are live', () => {
    const table = [
      [undefined, 1, Infinity],
      [8_192, 1, 1_024],
      [8_192, 16, 256],
      [1_048_576, 1, 131_072],
    ] as const;
    for (const [most, runs, share] of table) assert.equal(noticeShare(most, runs), share);
  });

  it('finds what turns up later, also in new folders, moved ones, and ones made again', async () => {
    await using bench = await Bench.open(['old/x.txt']);
    await bench.start();
    bench.write('a.csv');
    await bench.finds('a.csv');
    bench.write('new/deep/b.csv');
    await bench.finds('new/deep/b.csv');
    bench.found.clear();
    rmSync(join(bench.root, 'new'), { recursive: true });
    bench.write('new/deep/b.csv');
    await bench.finds('new/deep/b.csv');
    renameSync(join(bench.root, 'new'), join(bench.root, 'moved'));
    await bench.finds('moved/deep/b.csv');
    bench.found.clear();
    bench.write('moved/deep/c.csv');
    await bench.finds('moved/deep/c.csv');
  });

  it('finds a folder that did not exist, when it looks again', async () => {
    await using bench = await Bench.open([]);
    assert.deepEqual(await bench.start('later'), []);
    bench.write('later/a.csv');
    await bench.watch.look();
    assert.deepEqual([...bench.found], ['later/a.csv']);
  });

  it('finds without notices what has changed, when it looks again', async () => {
    await using bench = await Bench.open(['a/x.txt']);
    await bench.start();
    bench.write('a/b.csv');
    bench.write('n/c.csv');
    await bench.watch.look(true);
    assert.deepEqual([...bench.found].sort(), ['a/b.csv', 'n/c.csv']);
  });

  it('follows links to places of logs alone, and circles end', async () => {
    await using bench = await Bench.open(['scratch/a.csv', 'images/b.csv', 'p/x.txt']);
    symlinkSync(join(bench.root, 'scratch'), join(bench.root, 'p', 'runs'));
    symlinkSync(join(bench.root, 'images'), join(bench.root, 'p', 'images'));
    symlinkSync(bench.root, join(bench.root, 'p', 'logs'));
    const found = await bench.start('p');
    // Through the link back to the root the images are found after all, once.
    assert.deepEqual(found, ['p/logs/images/b.csv', 'p/runs/a.csv']);
  });

  it('watches no more than it may, and says so once', async () => {
    const files = Array.from({ length: 30 }, (_, index) => `f${index}/deep/a.csv`);
    await using bench = await Bench.open(files, { mostFolders: 10 });
    await bench.start();
    assert.equal(bench.problems.length, 1);
    assert.match(bench.problems[0] ?? '', /more than 10 folders/);
  });

  it('reads no more names of one folder than it may', async () => {
    await using bench = await Bench.open(
      Array.from({ length: 30 }, (_, index) => `a${index}.txt`),
      { mostEntries: 10 },
    );
    await bench.start();
    assert.match(bench.problems.join(), /more than 10 files/);
  });
});
