/** What the observer notes of files, by the ways in which programs end, and by which they change files. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { madeLinks } from '../../../src/execution/capture/madeLinks.ts';
import { HookBench } from '../../helpers/hookBench.ts';

describe('files that the Python hook sees', function () {
  this.timeout(120_000);

  /** Of the numbered files of a folder, how many. */
  const count = (paths: readonly string[], folder: string): number =>
    paths.filter(path => path.startsWith(`${folder}/`)).length;

  const prepare = [
    'import multiprocessing as mp, os, sys, threading',
    'def many(folder, n, start=0):',
    '    for i in range(start, start + n): open("%s/%d.txt" % (folder, i)).close()',
    'def load(i):',
    '    open("data/%d.txt" % i).close(); open("made/%d.txt" % i, "w").close()',
    'def part(k): [load(i) for i in range(300 * k, 300 * k + 300)]',
    'if __name__ == "__main__":',
    '    for folder in ("data", "first", "made"):',
    '        os.makedirs(folder, exist_ok=True)',
    '    for i in range(600): open("data/%d.txt" % i, "w").close(); open("first/%d.txt" % i, "w").close()',
  ].join('\n');

  const workers: readonly (readonly [string, string])[] = [
    ...['fork', 'spawn'].flatMap(method => [
      [
        `a pool (${method})`,
        `with mp.get_context("${method}").Pool(2) as p: p.map(load, range(600))`,
      ] as const,
      [
        `processes (${method})`,
        `ps = [mp.get_context("${method}").Process(target=part, args=(k,)) for k in (0, 1)]; [p.start() for p in ps]; [p.join() for p in ps]`,
      ] as const,
    ]),
    ['a plain fork', 'os.fork() == 0 and (part(0), part(1), os._exit(0)); os.wait()'],
  ];
  for (const [name, code] of workers)
    it(`are noted to the last one in ${name}, however much its parent has read`, async () => {
      await using bench = await HookBench.open({
        'prepare.py': prepare,
        'main.py': `from prepare import *\nif __name__ == "__main__":\n    many("first", 300)\n    ${code}\n`,
      });
      await bench.run(['prepare.py'], bench.environment({ LOCKSTEP_HOOK: '0' }));
      const outcome = await bench.run(['main.py']);
      assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
      const { reads, writes } = await bench.shown();
      assert.deepEqual([count(reads, 'first'), count(reads, 'data'), count(writes, 'made')], [300, 600, 600]);
      assert.equal((await bench.seen()).incomplete, false);
    });

  it('are noted by threads at the same time, each once', async () => {
    const start = 'ts = [threading.Thread(target=many, args=("data", 150, 150 * k)) for k in range(4)]';
    await using bench = await HookBench.open({
      'prepare.py': prepare,
      'main.py': `from prepare import *\nsys.setswitchinterval(1e-6)\n${start}; [t.start() for t in ts]; [t.join() for t in ts]\n`,
    });
    await bench.run(['prepare.py'], bench.environment({ LOCKSTEP_HOOK: '0' }));
    assert.equal((await bench.run(['main.py'])).stderr, '');
    assert.equal(count((await bench.shown()).reads, 'data'), 600);
  });

  it('are written down before a program leaves without a word, or the notes say that some may lack', async () => {
    const endings: readonly (readonly [string, number, boolean])[] = [
      // Few are written at once.
      ['many("data", 50); os._exit(0)', 50, false],
      // What it wrote is always told, and what it had read until then.
      ['many("data", 300); open("made/x", "w").close(); os._exit(0)', 300, true],
      ['many("data", 300); os.execv(sys.executable, [sys.executable, "-c", "0"])', 300, false],
      ['many("data", 300)', 300, false],
    ];
    for (const [code, expected, incomplete] of endings) {
      await using bench = await HookBench.open({
        'prepare.py': prepare,
        'main.py': `from prepare import *\n${code}\n`,
      });
      await bench.run(['prepare.py'], bench.environment({ LOCKSTEP_HOOK: '0' }));
      assert.equal((await bench.run(['main.py'])).stderr, '', code);
      const { reads, writes } = await bench.shown();
      assert.equal(count(reads, 'data'), expected, code);
      assert.equal(writes.includes('made/x'), code.includes('made/x'), code);
      assert.equal((await bench.seen()).incomplete, incomplete, code);
    }
  });

  it('have their name after a folder was renamed, and are told where a link is made', async () => {
    await using bench = await HookBench.open({
      'old/state.txt': '1',
      'main.py': [
        'import os',
        'def save(path): open(path, "w").close()',
        'open("old/state.txt").close()',
        'os.rename("old", "older"); os.mkdir("old"); save("old/state.txt")',
        'os.makedirs("tmp/part"); save("tmp/part/a"); save("tmp-not")',
        'os.rename("tmp", "step1"); open("step1/part/a").close()',
        'os.mkdir("tmp"); save("tmp/b"); os.replace("tmp", "step2"); open("step2/b").close()',
        'os.rename("step2", "last"); open("last/b").close()',
        'held = os.open(".", os.O_RDONLY)',
        'save("c"); os.rename("c", "d", src_dir_fd=held, dst_dir_fd=held)',
        'os.link("d", "e"); os.chdir("/"); os.link("d", "f", src_dir_fd=held, dst_dir_fd=held)',
      ].join('\n'),
    });
    assert.equal((await bench.run(['main.py'])).stderr, '');
    const { reads, writes } = await bench.shown();
    assert.deepEqual(reads, ['old/state.txt']);
    const made = [
      'step1',
      'step1/part/a',
      'step2',
      'step2/b',
      'last',
      'last/b',
      'c',
      'd',
      'e',
      'f',
      'tmp-not',
    ];
    assert.deepEqual(writes, [...made, 'tmp/part/a', 'tmp/b', 'old/state.txt', 'older'].sort());
    const { moved = [], earlier = [] } = await bench.seen();
    assert.deepEqual(
      moved.map(path => relative(bench.root, path)),
      ['older', 'step1', 'step2', 'last'],
    );
    assert.deepEqual(
      earlier.map(({ path, how }) => [relative(bench.root, path), how]),
      [['old/state.txt', 'replace']],
    );
  });

  it('are those that the system opens where a path goes up from a link', async () => {
    await using bench = await HookBench.open({
      ...{ 'set/images/one.txt': '1', 'set/labels.csv': '1', 'labels.csv': 'another', 'a/b/c.txt': '1' },
      'main.py': [
        'import os',
        'os.symlink("set/images", "images"); os.symlink("set", "linked"); os.symlink("a", "other")',
        'for path in ("images/../labels.csv", "linked/images/../labels.csv", "other/b/../../a/b/../b/c.txt"):',
        '    open(path).close()',
        'open("images/../made.txt", "w").close(); open("..hidden", "w").close(); open("a/../plain", "w").close()',
        'os.chdir("a/b"); open("../../set/images/one.txt").close()',
        // Changed meanwhile.
        'os.remove("../../images"); os.symlink("a/b", "../../images"); open("../../images/../d.txt", "w").close()',
      ].join('\n'),
    });
    assert.equal((await bench.run(['main.py'])).stderr, '');
    const { reads, writes } = await bench.shown();
    assert.deepEqual(reads, ['a/b/c.txt', 'linked/labels.csv', 'set/images/one.txt', 'set/labels.csv']);
    assert.deepEqual(writes, ['..hidden', 'a/d.txt', 'plain', 'set/made.txt']);
  });

  it('are kept as they were where their folder is removed and made anew', async () => {
    const files = {
      'state/one.txt': '1',
      'state/part/two.txt': '2',
      'state/other.txt': '3',
      'kept.txt': '4',
    };
    await using bench = await HookBench.open({
      ...files,
      'main.py': [
        'import os, shutil',
        'for path in ("state/one.txt", "state/part/two.txt", "kept.txt"): open(path).close()',
        'shutil.rmtree("state"); os.makedirs("state/part")',
        'for path in ("state/one.txt", "state/part/two.txt", "state/other.txt"): open(path, "w").close()',
      ].join('\n'),
    });
    await mkdir(join(dirname(bench.seenFile), 'earlier'));
    assert.equal((await bench.run(['main.py'])).stderr, '');
    const { earlier = [] } = await bench.seen();
    const kept = earlier.map(async ({ path, copy = '' }) => [
      relative(bench.root, path),
      await readFile(join(dirname(bench.seenFile), 'earlier', copy), 'utf8'),
    ]);
    assert.deepEqual((await Promise.all(kept)).sort(), [
      ['state/one.txt', '1'],
      ['state/part/two.txt', '2'],
    ]);
  });

  it('are the databases that SQLite itself says it has opened, by path and by URI', async () => {
    await using bench = await HookBench.open({
      'prepare.py': [
        'import os, sqlite3',
        'os.mkdir("a folder")',
        'for name in ("plain.db", "a folder/x y.db", "100%.db", "50%25.db", "file:odd?name.db"):',
        '    sqlite3.connect(name).execute("create table t(x)")',
      ].join('\n'),
      'main.py': [
        'import json, os, sqlite3, sys',
        'absolute = os.getcwd().replace(" ", "%20") + "/plain.db"',
        'opened = []',
        'for name, uri in json.loads(sys.argv[1]):',
        '    base = sqlite3.connect(name.replace("HERE", absolute), uri=uri)',
        '    opened.append([row[2] for row in base.execute("pragma database_list")][0])',
        'print(json.dumps(opened))',
      ].join('\n'),
    });
    const read: [string, boolean][] = [
      ['file:plain.db?mode=ro', true],
      ['file:a%20folder/x%20y.db?mode=ro&cache=private', true],
      ['file:100%.db?immutable=1', true],
      ['file:50%2525.db?m%6fde=ro', true],
      ['file://localhostHERE?mode=ro#part?mode=rw', true],
      ['file://HERE?immutable=yes', true],
    ];
    const written: [string, boolean][] = [
      ['plain.db', false],
      ['file:new.db', true],
      ['file:a%20folder/x%20y.db?mode=rw', true],
      ['file:50%25.db?immutable=0', true],
      ['file:odd?name.db', false],
    ];
    const none: [string, boolean][] = [
      [':memory:', false],
      ['file::memory:', true],
      ['file:some?mode=memory', true],
    ];
    await bench.run(['prepare.py'], bench.environment({ LOCKSTEP_HOOK: '0' }));
    /** What SQLite says. */
    const run = async (names: readonly [string, boolean][]): Promise<string[]> => {
      await rm(bench.seenFile, { force: true });
      const outcome = await bench.run(['main.py', JSON.stringify(names)]);
      assert.equal(outcome.stderr, '');
      const opened = JSON.parse(outcome.stdout.toString()) as string[];
      const files = opened.filter(path => path !== '').map(path => relative(bench.root, path));
      return [...new Set(files)].sort();
    };
    assert.deepEqual(await run(read), (await bench.shown()).reads);
    assert.deepEqual((await bench.shown()).writes, []);
    assert.deepEqual(await run(written), (await bench.shown()).writes);
    assert.deepEqual(
      [await run(none), (await bench.shown()).reads, (await bench.shown()).writes],
      [[], [], []],
    );
  });

  it('are also the symbolic links that a program makes, under their last names', async () => {
    await using bench = await HookBench.open({
      'main.py': [
        'import os',
        'os.mkdir("runs"); os.symlink("one", "runs/best")',
        'os.symlink("two", "runs/new"); os.replace("runs/new", "runs/last")',
        'held = os.open("runs", os.O_RDONLY); os.chdir("/"); os.symlink("three", "held", dir_fd=held)',
      ].join('\n'),
    });
    assert.equal((await bench.run(['main.py'])).stderr, '');
    const { links = [] } = await bench.seen();
    const names = links.map(path => relative(bench.root, path));
    assert.deepEqual(names, ['runs/best', 'runs/new', 'runs/last', 'runs/held']);
    const made = await madeLinks(links, bench.root, path => relative(bench.root, path));
    assert.deepEqual(
      made.map(({ path, target }) => `${path} -> ${target}`),
      ['runs/best -> runs/one', 'runs/held -> runs/three', 'runs/last -> runs/two'],
    );
  });
});
