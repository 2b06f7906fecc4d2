import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { collapseFolders } from '../../../../src/execution/capture/collapseFolders.ts';
import { listFileUses, type FileUseQuestion } from '../../../../src/execution/capture/fileUses.ts';
import { hashFileUses } from '../../../../src/execution/capture/hashFileUses.ts';
import { ignoredPaths } from '../../../../src/execution/capture/ignoredPaths.ts';
import { sightOutputs, type OutputSights } from '../../../../src/execution/capture/leftAlone.ts';
import { readSeen, type Seen } from '../../../../src/execution/capture/readSeen.ts';
import { loadedModules } from '../../../../src/execution/capture/seenLoads.ts';
import { temporaryFolders } from '../../../../src/execution/capture/temporaryFiles.ts';
import { fileUseSchema, type FileUse } from '../../../../src/runs/captured.ts';
import { waitFor } from '../../../helpers/waitFor.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

/** Long before any run of these tests. */
async function makeOld(...paths: string[]): Promise<void> {
  for (const path of paths) await utimes(path, 1_700_000_000, 1_700_000_000);
}

const nothingSeen: Seen = {
  ...{
    pythons: [],
    reads: [],
    writes: [],
    within: [],
    code: [],
    modules: {},
    facts: {},
    ownMlflow: false,
    incomplete: false,
  },
};

async function readOf(path: string): Promise<Seen['reads'][number]> {
  const { size, mtimeMs } = await stat(path);
  return { path, size, modifiedAt: mtimeMs };
}

function question(root: string, more: Partial<FileUseQuestion> = {}): FileUseQuestion {
  const base = { root, cwd: root, declaredInputs: [], declaredOutputs: [], seen: nothingSeen };
  // Nothing on disk is from the future, so nothing counts as changed unless a test says since when.
  return { ...base, startedAt: Date.now() + 3_600_000, ...more };
}

function shown(uses: readonly FileUse[]): string[] {
  for (const use of uses) fileUseSchema.parse(use);
  return uses.map(({ path, how, size, sha256, inSnapshot, problem }) =>
    [
      path,
      how,
      ...(size === undefined ? [] : [`${size} B`]),
      ...(sha256 === undefined ? [] : [sha256.slice(0, 6)]),
      ...(inSnapshot === true ? ['in snapshot'] : []),
      ...(problem === undefined ? [] : [`(${problem})`]),
    ].join(' '),
  );
}

function sha(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 6);
}

describe('the inputs of a run', () => {
  it('are what was read and still is what was read; paths below the root are relative', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'project');
    const paths = [
      'project/data.csv',
      'project/code.json',
      'outside/x.bin',
      'project/gone',
      'project/changed',
    ];
    await write(folder.path, Object.fromEntries(paths.map(path => [path, 'abc'])));
    const reads = await Promise.all(paths.map(path => readOf(join(folder.path, path))));
    await rm(join(root, 'gone'));
    await appendFile(join(root, 'changed'), 'd');
    const { inputs } = await listFileUses(
      question(root, { seen: { ...nothingSeen, reads }, isInSnapshot: path => path === 'code.json' }),
    );
    const hashed = await hashFileUses(inputs, { root });
    assert.deepEqual(
      shown(hashed).map(line => line.replace(folder.path, '<folder>')),
      [
        `<folder>/outside/x.bin seen 3 B ${sha('abc')}`,
        'changed seen 3 B (changed after it was read)',
        `code.json seen 3 B ${sha('abc')} in snapshot`,
        `data.csv seen 3 B ${sha('abc')}`,
        'gone seen 3 B (gone after the run)',
      ],
    );
  });

  it('are not what lay below a folder for temporary files and is gone, nor what DVC writes for itself', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'project');
    const paths = [
      ...['tmp/port-1.txt', 'tmp/gone folder/x', 'tmp/kept', 'project/tmp/port-1.txt', 'elsewhere/x'],
      ...['project/.dvc/tmp/lock', 'project/.dvc/config'],
    ];
    await write(folder.path, Object.fromEntries(paths.map(path => [path, 'abc'])));
    const reads = await Promise.all(paths.map(path => readOf(join(folder.path, path))));
    for (const path of ['tmp/port-1.txt', 'tmp/gone folder', 'project/tmp/port-1.txt', 'elsewhere/x'])
      await rm(join(folder.path, path), { recursive: true });
    const { inputs } = await listFileUses(
      question(root, {
        seen: { ...nothingSeen, reads: [...reads, { path: '/var/tmp/dvc/repo/x', size: 1, modifiedAt: 1 }] },
        temporary: temporaryFolders({ TMPDIR: `${folder.path}/tmp/` }).slice(0, 1),
      }),
    );
    assert.deepEqual(
      shown(inputs).map(line => line.replace(folder.path, '<folder>')),
      [
        '.dvc/config seen 3 B',
        '<folder>/elsewhere/x seen 3 B (gone after the run)',
        '<folder>/tmp/kept seen 3 B',
        'tmp/port-1.txt seen 3 B (gone after the run)',
      ].sort(),
    );
  });

  it('declared count whether or not they were seen; folders by what is in them', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'project');
    await write(root, { 'data/a.txt': '1', 'data/sub/b.txt': '22', 'one.txt': '333' });
    const declaredInputs = ['data', 'one.txt', 'missing', '/no/such/place'];
    const reads = [await readOf(join(root, 'data/a.txt'))];
    const list = async (): Promise<FileUse[]> => {
      const { inputs } = await listFileUses(
        question(root, { declaredInputs, seen: { ...nothingSeen, reads } }),
      );
      return hashFileUses(inputs, { root });
    };
    const first = await list();
    assert.deepEqual(shown(first), [
      '/no/such/place declared (missing)',
      `data declared 3 B ${first[1]?.sha256?.slice(0, 6)}`,
      'missing declared (missing)',
      `one.txt declared 3 B ${sha('333')}`,
    ]);
    const [, folderUse] = first;
    assert.equal(folderUse?.['hashOf'], 'contents');
    // Same size, other content: another hash.
    await writeFile(join(root, 'data/sub/b.txt'), '23');
    assert.notEqual((await list())[1]?.sha256, folderUse.sha256);
    await writeFile(join(root, 'data/sub/b.txt'), '22');
    assert.equal((await list())[1]?.sha256, folderUse.sha256);
  });

  it('of a great data set are its folder', async () => {
    const reads = Array.from({ length: 12 * 300 }, (_, i) => ({
      path: `/data/imagenet/train/n${i % 12}/${i}.jpg`,
      size: 10,
      modifiedAt: i,
    }));
    const few = [{ path: '/data/imagenet/labels.txt', size: 1, modifiedAt: 0 }];
    const collapsed = collapseFolders([...reads, ...few], () => false);
    assert.deepEqual(
      collapsed.map(({ path, size, files }) => [path, size, files?.length]),
      [
        ['/data/imagenet/labels.txt', 1, undefined],
        ['/data/imagenet/train', 36_000, 3600],
      ],
    );
    await using folder = await temporaryFolder();
    const seen = { ...nothingSeen, reads };
    const one = await listFileUses(question(folder.path, { seen }));
    const other = await listFileUses(question(folder.path, { seen: { ...seen, reads: reads.toReversed() } }));
    assert.deepEqual(one, other);
    assert.equal(one.inputs[0]?.['files'], 3600);
  });

  it('lose no file by being told as folders', () => {
    const path = fc.tuple(fc.nat(3), fc.nat(12), fc.nat(400)).map(([a, b, c]) => `/${a}/${b}/${c}`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 3000, size: 'max' }), paths => {
        const collapsed = collapseFolders(
          paths.map(each => ({ path: each, size: 1, modifiedAt: 0 })),
          () => false,
        );
        assert.equal(
          collapsed.reduce((sum, { size }) => sum + size, 0),
          paths.length,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('never are the system, packages, caches or credentials', () => {
    const ignored = ignoredPaths({
      root: '/home/me/project',
      home: '/home/me',
      environments: ['/home/me/envs/ml', '/home/me'],
      own: ['/cache/lockstep'],
    });
    const rows: readonly (readonly [path: string, ignored: boolean])[] = [
      ['/data/imagenet/x.jpg', false],
      ['/home/me/project/data/x.csv', false],
      ['/home/me/project/etc/x', false],
      ['/home/me/data.csv', false],
      ['/tmp/x', false],
      ['/home/me/.cache/huggingface/hub/models--x/blobs/1', false],
      ['/home/me/.cache/huggingface/token', true],
      ['/home/me/.cache/pip/x', true],
      ['/home/me/.cache/myproject/features.json', false],
      ['/home/me/.cache/myproject/tokenizer.json', false],
      ['/home/me/.cache/kagglehub/x', false],
      ['/home/me/.cache/matplotlib/fontlist.json', true],
      ['/home/me/.cache/torch/kernels/x', true],
      ['/home/me/.config/myproject/config.yaml', false],
      ['/home/me/.config/myproject/credentials.json', true],
      ['/home/me/.config/myproject/api_key', true],
      ['/home/me/.config/gcloud/x', true],
      ['/home/me/.local/share/myproject/model.bin', false],
      ['/home/me/.local/share/uv/python/x', true],
      ['/home/me/.local/lib/x', true],
      ['/home/me/.cargo/x', true],
      ['/dev/shm/data/x.npy', false],
      ['/dev/shm/psm_1a2b', true],
      ['/dev/null', true],
      ['/run/media/me/disk/x.csv', false],
      ['/run/user/1000/gvfs/smb-share/x.csv', false],
      ['/run/user/1000/bus', true],
      ['/home/me/.netrc', true],
      ['/home/me/project/.env', true],
      ['/home/me/.ssh/id_rsa', true],
      ['/home/me/project/.git/index', true],
      ['/home/me/project/.venv/lib/x.py', true],
      ['/home/me/project/pkg/__pycache__/x.pyc', true],
      ['/home/me/envs/ml/share/x', true],
      ['/cache/lockstep/x', true],
      ['/proc/cpuinfo', true],
      ['/etc/localtime', true],
      ['/usr/share/zoneinfo/UTC', true],
      ['/usrdata/x', false],
    ];
    for (const [path, expected] of rows) assert.equal(ignored(path), expected, path);

    const service = ignoredPaths({ root: '/srv/project', home: '/var/lib/jenkins' });
    assert.equal(service('/var/lib/jenkins/data.csv'), false);
    assert.equal(service('/var/lib/jenkins/.cache/pip/x'), true);
    assert.equal(service('/var/lib/dpkg/status'), true);
    // As in containers.
    const rootless = ignoredPaths({ root: '/srv/project', home: '/' });
    assert.equal(rootless('/usr/lib/x'), true);
    assert.equal(rootless('/data/x'), false);
  });
});

describe('declared outputs', () => {
  const fates: readonly [fate: string, change: (path: string) => Promise<void>, unwritten: boolean][] = [
    ['left alone', () => Promise.resolve(), true],
    ['only read', async path => assert.ok(await readFile(path)), true],
    ['written anew with the same content', path => writeFile(path, 'old'), false],
    ['replaced', path => writeFile(`${path}.new`, 'old').then(() => rename(`${path}.new`, path)), false],
    ['written, and its time set back', path => writeFile(path, 'new').then(() => makeOld(path)), false],
  ];
  for (const [fate, change, unwritten] of fates)
    it(`${fate} count as ${unwritten ? 'not ' : ''}written`, async () => {
      await using folder = await temporaryFolder();
      await write(folder.path, { 'm.bin': 'old' });
      const path = join(folder.path, 'm.bin');
      await makeOld(path);
      const outputsBefore = await sightOutputs(folder.path, ['m.bin', 'absent', '.']);
      const { ctimeMs } = await stat(path);
      // Times of files are as coarse as the system's clock ticks.
      await waitFor('the clock of the file system to go on', async () => {
        await write(folder.path, { tick: '' });
        return (await stat(join(folder.path, 'tick'))).ctimeMs > ctimeMs;
      });
      await change(path);
      const startedAt = Date.now();
      const asked = question(folder.path, { declaredOutputs: ['m.bin'], outputsBefore, startedAt });
      const [use] = (await listFileUses(asked)).outputs.filter(one => one.path === 'm.bin');
      assert.equal(use?.unwritten === true, unwritten);
    });

  it('tell by their times where nobody looked before the start, and as folders', async () => {
    await using folder = await temporaryFolder();
    await write(folder.path, { 'm.bin': 'old', 'out/a/b': 'old' });
    const declaredOutputs = ['m.bin', 'out', 'absent'];
    const unwritten = async (startedAt: number, outputsBefore?: OutputSights): Promise<string[]> => {
      const asked = question(folder.path, { declaredOutputs, startedAt, outputsBefore });
      return (await listFileUses(asked)).outputs
        .filter(one => one.unwritten === true)
        .map(({ path }) => path);
    };
    const later = Date.now() + 3_600_000;
    assert.deepEqual(await unwritten(later), ['m.bin', 'out']);
    assert.deepEqual(await unwritten(Date.now() - 3_600_000), []);
    assert.deepEqual(await unwritten(later, new Map()), ['out']);
  });
});

describe('the outputs of a run', () => {
  it('are what was written and what changed while it ran', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'project');
    const files = [
      'old.txt',
      'seen.bin',
      'unseen.h5',
      'code.py',
      'env/x',
      'env/pyvenv.cfg',
      '.git/index',
      'deep/er/y',
    ];
    await write(root, Object.fromEntries(files.map(name => [name, name])));
    await write(folder.path, { 'outside.bin': 'x' });
    await symlink('seen.bin', join(root, 'link'));
    const startedAt = (await stat(join(root, 'old.txt'))).ctimeMs - 1;
    const seen = {
      ...nothingSeen,
      writes: [join(root, 'seen.bin'), join(folder.path, 'outside.bin'), join(root, 'temporary'), root],
    };
    const isInSnapshot = (path: string): boolean => path === 'code.py';
    const list = async (overlapping: boolean): Promise<string[]> => {
      const { outputs } = await listFileUses(question(root, { startedAt, seen, isInSnapshot, overlapping }));
      return shown(outputs).map(line => line.replace(folder.path, '<folder>').replace(/ \d+ B/, ''));
    };
    assert.deepEqual(await list(false), [
      '<folder>/outside.bin seen',
      'code.py ambiguous in snapshot',
      'deep/er/y seen',
      'old.txt seen',
      'seen.bin seen',
      'unseen.h5 seen',
    ]);
    assert.deepEqual((await list(true)).slice(2, 5), [
      'deep/er/y ambiguous',
      'old.txt ambiguous',
      'seen.bin seen',
    ]);
  });

  it('are not source files that somebody edited, where every process was seen', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await write(root, { 'thr.py': 'x', 'made.py': 'x', 'model.pt': 'x' });
    const startedAt = (await stat(join(root, 'thr.py'))).ctimeMs - 1000;
    const seen = { ...nothingSeen, writes: [join(root, 'made.py')] };
    const { outputs, meanwhile } = await listFileUses(question(root, { startedAt, seen, allSeen: true }));
    assert.deepEqual([outputs.map(({ path }) => path), meanwhile], [['made.py', 'model.pt'], ['thr.py']]);
    const { outputs: unseen } = await listFileUses(question(root, { startedAt, seen }));
    assert.equal(unseen.length, 3);
  });

  it('are perhaps what was only read and changed all the same, where every process was seen', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await write(root, { 'read.bin': 'abc', 'own.bin': 'abc', 'unread.bin': 'abc' });
    await makeOld(join(root, 'read.bin'));
    const startedAt = Date.now() - 60_000;
    const reads = await Promise.all(['read.bin', 'own.bin'].map(path => readOf(join(root, path))));
    await write(root, { 'read.bin': 'abcd' });
    for (const [allSeen, how] of [
      [true, 'ambiguous'],
      [false, 'seen'],
    ] as const) {
      const { inputs, outputs } = await listFileUses(
        question(root, { seen: { ...nothingSeen, reads }, startedAt, allSeen }),
      );
      // What it had made before it read it is its own.
      assert.deepEqual(shown(outputs), ['own.bin seen 3 B', `read.bin ${how} 4 B`, 'unread.bin seen 3 B']);
      assert.deepEqual(
        inputs.map(({ path, opened }) => [path, opened]),
        [
          ['own.bin', undefined],
          ['read.bin', 'replace'],
        ],
      );
    }
  });

  it('are not what only was opened for writing', async () => {
    await using folder = await temporaryFolder();
    await write(folder.path, { 'a.txt': 'x' });
    await makeOld(join(folder.path, 'a.txt'));
    const seen = { ...nothingSeen, writes: [join(folder.path, 'a.txt')] };
    assert.deepEqual((await listFileUses(question(folder.path, { seen }))).outputs, []);
  });

  it('say why a hash is missing, and stop when asked to', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await write(root, { a: 'x', b: 'yy' });
    const { mtimeMs } = await stat(join(root, 'a'));
    const uses = [
      { path: 'a', how: 'seen', size: 1, modifiedAt: mtimeMs + 5000 },
      { path: 'b', how: 'seen', size: 2 },
      { path: 'c', how: 'seen', size: 2 },
    ];
    const hashed = await hashFileUses(uses, { root, limitBytes: 1 });
    assert.deepEqual(
      hashed.map(({ problem }) => problem),
      ['changed while it was hashed', 'too large to be hashed', 'too large to be hashed'],
    );
    await assert.rejects(hashFileUses(uses, { root, signal: AbortSignal.abort(new Error('stop')) }), /stop/);
  });
});

describe('what the hook noted', () => {
  it('is read line by line; a torn or foreign line costs that line', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'seen.jsonl');
    assert.deepEqual(await readSeen(path), nothingSeen);
    await writeFile(
      path,
      [
        '{"k":"start","pid":1,"exe":"/x","version":"3.11.7","implementation":"cpython","prefix":"/p","base":"/b","path":["/q"]}',
        'garbage',
        '{"k":"future","p":"/x"}',
        '{"k":"r","p":"/read","s":1,"m":2.5}',
        '{"k":"r","p":"/read","s":9,"m":9}',
        '{"k":"w","p":"/made"}',
        '{"k":"r","p":"/made","s":1,"m":1}',
        '{"k":"code","p":"/repo/a.py"}',
        '{"k":"code","p":"/repo/pkg/__pycache__/b.cpython-311.pyc"}',
        '{"k":"end","modules":{"a":"/repo/a.py"},"facts":{"torch.version":"2"}}',
        '{"k":"r","p":"/to',
      ].join('\n'),
    );
    const seen = await readSeen(path);
    assert.deepEqual(seen.reads, [{ path: '/read', size: 1, modifiedAt: 2.5 }]);
    assert.deepEqual(seen.writes, ['/made']);
    assert.equal(seen.pythons[0]?.basePrefix, '/b');
    assert.deepEqual(seen.facts, { 'torch.version': '2' });
    assert.deepEqual(loadedModules(seen), { a: '/repo/a.py', '/repo/pkg/b': '/repo/pkg/b.py' });
  });

  it('may be anything', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'seen.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.json(), fc.string())), async lines => {
        await writeFile(path, lines.join('\n'));
        await readSeen(path);
      }),
      { numRuns: 30 },
    );
  });
});
