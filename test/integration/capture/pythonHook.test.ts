import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { pythonHook } from '../../../src/execution/capture/pythonHook.ts';
import { loadedModules } from '../../../src/execution/capture/seenLoads.ts';
import { HookBench, hookFolder } from '../../helpers/hookBench.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** Python versions installed by pyenv, where there are any: the hook has to run on all of them. */
/** The one on PATH, the system's own, and those of pyenv. */
async function installedPythons(): Promise<string[]> {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const names = await readdir(versions).catch(() => []);
  const others = ['/usr/bin/python3', ...names.map(name => join(versions, name, 'bin', 'python'))];
  return ['python3', ...others.filter(path => existsSync(path))];
}

describe('the Python hook', function () {
  this.timeout(120_000);

  it('tells which programs were started, and no more of their commands than that', async () => {
    await using bench = await HookBench.open({
      'alone.py': 'import os\nif os.fork() == 0: os._exit(0)\nos.wait()\n',
      'other.py': [
        'import os, subprocess, sys',
        'quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}',
        'def start(*words, **options): subprocess.run(*words, **quiet, **options)',
        'start(["echo", "--token=secret"]); start(["echo", "other"])',
        'start(["git", "-C", "secret", "rev-parse", "HEAD"])',
        'start("git status --porcelain 2>/dev/null", shell=True)',
        'start("uname -a", shell=True); start("date > made.txt; echo secret", shell=True)',
        'os.system("hostname > /dev/null")',
        'start(["sh", "secret.sh"])',
        'start([sys.executable, "-c", "0"])',
        'start([sys.executable, "-I", "-c", "0"])',
        'start([sys.executable, "-c", "0"], env={"PATH": os.environ["PATH"]})',
        'start([sys.executable, "-c", "0"], env={**os.environ, "PYTHONPATH": "secret"})',
        'if os.fork() == 0: os.execvp("true", ["true", "secret"])',
        'os.wait()',
      ].join('\n'),
    });
    await bench.run(['alone.py']);
    assert.equal((await bench.seen()).children, undefined);
    const outcome = await bench.run(['other.py']);
    assert.equal(outcome.stderr, '');
    const { children = [] } = await bench.seen();
    const told = children.map(
      ({ program, command, unhooked }) =>
        `${program.split('/').at(-1) ?? ''}${command === undefined ? '' : ` ${command}`}${unhooked === true ? ' unseen' : ''}`,
    );
    const python = (await bench.seen()).pythons[0]?.executable.split('/').at(-1) ?? '';
    const expected = [
      'echo',
      'git rev-parse',
      'git status',
      'uname',
      'sh',
      'hostname',
      python,
      `${python} unseen`,
    ];
    assert.deepEqual([...new Set(told)], [...expected, 'true']);
    assert.doesNotMatch(await readFile(bench.seenFile, 'utf8'), /token|secret"|secret\.sh|made\.txt/);
  });

  it('notes what a file held that was there before it was written to, with a copy where it is small', async () => {
    const files = ['added.csv', 'changed.bin', 'ckpt.json', 'moved.json'];
    files.push('rotated.pt', 'removed.pt', 'study.db', 'unread.txt', '.token');
    await using bench = await HookBench.open({
      'train.py': [
        'import os, sqlite3',
        'open("added.csv", "a").write("new")',
        'os.close(os.open("changed.bin", os.O_RDWR))',
        'open("ckpt.json").read(); open("ckpt.json", "w").write("new")',
        'open("moved.json").read(); open("new", "w").close(); os.replace("new", "moved.json")',
        'open("rotated.pt").read(); os.rename("rotated.pt", "previous.pt"); open("rotated.pt", "w").close()',
        'open("removed.pt").read(); os.remove("removed.pt"); open("removed.pt", "w").close()',
        'sqlite3.connect("study.db").close()',
        'open("unread.txt", "w").close()',
        'open(".token", "a").close()',
        'open("fresh.txt", "w").close(); open("fresh.txt", "a").close()',
        'os.listdir("sub")',
        'import package.module',
      ].join('\n'),
      ...Object.fromEntries(files.map(name => [name, name])),
      'sub/a.txt': '',
      'package/module.py': '',
    });
    const copies = join(dirname(bench.seenFile), 'earlier');
    await mkdir(copies);
    const outcome = await bench.run(['train.py']);
    assert.equal(outcome.stderr, '');
    const { earlier = [], listed } = await bench.seen();
    const noted: string[] = [];
    for (const { path, how, size, copy } of earlier) {
      const name = relative(bench.root, path);
      const held = copy === undefined ? 'no copy' : await readFile(join(copies, copy), 'utf8');
      assert.equal(size, name.length);
      noted.push(`${name} ${how} ${held}`);
    }
    assert.deepEqual(noted, [
      'added.csv append added.csv',
      'changed.bin update changed.bin',
      'ckpt.json replace ckpt.json',
      'moved.json replace moved.json',
      'rotated.pt replace rotated.pt',
      'removed.pt replace removed.pt',
      'study.db update study.db',
      '.token append no copy',
    ]);
    assert.ok(listed?.includes(join(bench.root, 'sub')));
    assert.ok(listed?.includes(join(bench.root, 'package')) === false);
  });

  it('sees what is read, written, renamed and loaded, in the program and in those it starts', async () => {
    await using bench = await HookBench.open({
      'train.py': [
        'import os, subprocess, sys, pkg.part, json',
        'open("data.csv").read()',
        'os.close(os.open("raw.bin", os.O_RDONLY))',
        'json.load(open(b"config.json"))',
        'open("data.csv").read()',
        'open("new.txt", "w").close(); open("new.txt").read()',
        'open("log.txt", "a").close()',
        'open("model.tmp", "wb").close(); os.replace("model.tmp", "model.bin")',
        'os.chdir("sub"); open("deep.txt").read()',
        'subprocess.run([sys.executable, "-c", "open(\'grandchild.txt\').read()"], check=True)',
        'try: open("missing.txt")',
        'except OSError: pass',
      ].join('\n'),
      'data.csv': '1,2\n',
      'raw.bin': 'x',
      'config.json': '{}',
      'sub/deep.txt': 'x',
      'sub/grandchild.txt': 'x',
      'pkg/__init__.py': '',
      'pkg/part.py': '',
    });
    const outcome = await bench.run(['train.py']);
    assert.deepEqual([outcome.exitCode, outcome.stdout.toString(), outcome.stderr], [0, '', '']);
    assert.deepEqual(await bench.shown(), {
      reads: ['config.json', 'data.csv', 'raw.bin', 'sub/deep.txt', 'sub/grandchild.txt'],
      writes: ['log.txt', 'model.bin', 'model.tmp', 'new.txt'],
      code: ['pkg/__init__.py', 'pkg/part.py', 'train.py'],
    });
    const seen = await bench.seen();
    assert.equal(seen.pythons.length, 2);
    assert.ok(!seen.pythons[0]?.path.includes(hookFolder));
    assert.deepEqual(
      seen.reads.filter(({ path }) => path.endsWith('data.csv')).map(({ size }) => size),
      [4],
    );
    const modules = loadedModules(seen);
    assert.equal(modules['pkg.part'], join(bench.root, 'pkg', 'part.py'));
    assert.equal(modules[join(bench.root, 'train')], join(bench.root, 'train.py'));
  });

  it('leaves a program as it would be without it', async () => {
    const probe = [
      'import sys, os, json',
      'mods = sorted(m for m in sys.modules if m not in ("sitecustomize", "atexit"))',
      'fds = sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else []',
      'print(json.dumps([sys.path, mods, fds, sys.flags, sorted(sys.path_importer_cache), os.getcwd()]))',
    ].join('\n');
    await using bench = await HookBench.open({ 'probe.py': probe });
    const observed = await bench.run(['probe.py']);
    const plain = await bench.run(
      ['probe.py'],
      scrubbedEnvironment(dirname(bench.root), { PYTHONDONTWRITEBYTECODE: '1' }),
    );
    assert.deepEqual(JSON.parse(observed.stdout.toString()), JSON.parse(plain.stdout.toString()));
  });

  it("runs the user's own sitecustomize and usercustomize", async () => {
    await using bench = await HookBench.open({
      'own/sitecustomize.py': 'import sys; sys.own = __file__',
      'own/usercustomize.py': 'import sys; sys.user = 1',
      'main.py':
        'import sys, sitecustomize; print(sys.own == sitecustomize.__file__, getattr(sys, "user", 0))',
    });
    const env = bench.environment({}, [join(bench.root, 'own')]);
    const outcome = await bench.run(['main.py'], env);
    assert.match(outcome.stdout.toString(), /^True [01]\n$/);
    assert.equal(outcome.stderr, '');
  });

  it("lets the user's own start-up fail as it always does", async () => {
    await using bench = await HookBench.open({ 'own/sitecustomize.py': '1/0', 'main.py': 'print("ran")' });
    const own = [join(bench.root, 'own')];
    const plain = await bench.run(
      ['main.py'],
      scrubbedEnvironment(dirname(bench.root), { PYTHONPATH: own.join(':') }),
    );
    const observed = await bench.run(['main.py'], bench.environment({}, own));
    assert.deepEqual(
      [observed.exitCode, observed.stdout.toString(), observed.stderr],
      [plain.exitCode, plain.stdout.toString(), plain.stderr],
    );
  });

  const endings: readonly (readonly [name: string, program: string, modulesKnown: boolean])[] = [
    ['os._exit', 'os._exit(0)', false],
    ['an exception', 'raise SystemExit(3)', true],
    ['SIGKILL', 'os.kill(os.getpid(), 9)', false],
    ['all descriptors closed', 'os.closerange(0, 200)', true],
    ['a deleted working folder', 'os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")', true],
    ['sys.path and PYTHONPATH emptied', 'sys.path.clear(); os.environ.clear()', true],
    ['a broken sys.modules', 'sys.modules["odd"] = 3; sys.modules["none"] = None', true],
  ];
  for (const [name, ending, modulesKnown] of endings)
    it(`keeps what it saw after ${name}`, async () => {
      await using bench = await HookBench.open({
        'main.py': `import os, sys, mine\nopen("data.txt").read()\n${ending}\n`,
        'mine.py': '',
        'data.txt': 'x',
      });
      const { stderr } = await bench.run(['main.py']);
      assert.equal(stderr, '');
      const shown = await bench.shown();
      assert.deepEqual([shown.reads, shown.code], [['data.txt'], ['main.py', 'mine.py']]);
      const { modules } = await bench.seen();
      assert.equal(Object.keys(modules).includes('mine'), modulesKnown);
    });

  it('survives fork, worker processes of every kind, and threads', async () => {
    await using bench = await HookBench.open({
      'main.py': [
        'import multiprocessing as mp, os, threading',
        'def read(i): open("f%d.txt" % i).read()',
        'if __name__ == "__main__":',
        '    for i, kind in enumerate(["fork", "spawn", "forkserver"]):',
        '        p = mp.get_context(kind).Process(target=read, args=(i,)); p.start(); p.join()',
        '    pid = os.fork()',
        '    if pid == 0:',
        '        read(3); os._exit(0)',
        '    os.waitpid(pid, 0)',
        '    ts = [threading.Thread(target=read, args=(4 + i,)) for i in range(20)]',
        '    [t.start() for t in ts]; [t.join() for t in ts]',
      ].join('\n'),
      ...Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`f${i}.txt`, 'x'])),
    });
    const { stderr, exitCode } = await bench.run(['main.py']);
    assert.deepEqual([exitCode, stderr], [0, '']);
    const { reads } = await bench.shown();
    assert.deepEqual(reads, Array.from({ length: 24 }, (_, i) => `f${i}.txt`).sort());
  });

  it('lets Ctrl-C through', async () => {
    await using bench = await HookBench.open({
      // Closed by name: an interrupt while a file is closed as garbage is swallowed by Python itself.
      'main.py': [
        'def read():',
        '    with open("data.txt") as file: file.read()',
        'read()',
        'with open("ready", "w"): pass',
        'while True: read()',
      ].join('\n'),
      'data.txt': 'x',
    });
    const child = spawn(bench.python, ['main.py'], {
      cwd: bench.root,
      env: bench.environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await waitFor('the program runs', async () => (await readdir(bench.root)).includes('ready'));
    child.kill('SIGINT');
    await once(child, 'close');
    assert.match(stderr, /KeyboardInterrupt/);
  });

  it('says nothing when it cannot write, is switched off, or Python is isolated', async () => {
    await using bench = await HookBench.open({
      'main.py': 'import sys; open("main.py").read(); print(len(sys.path) > 0)',
    });
    const locked = join(dirname(bench.root), 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    const cases: readonly (readonly [args: string[], extra: Record<string, string>])[] = [
      [['main.py'], { LOCKSTEP_SEEN: join(bench.root, 'no', 'such', 'folder', 'seen') }],
      [['main.py'], { LOCKSTEP_SEEN: bench.root }],
      [['main.py'], { LOCKSTEP_SEEN: '/dev/full' }],
      [['main.py'], { LOCKSTEP_SEEN: '' }],
      [['main.py'], { LOCKSTEP_HOOK: '0' }],
      [['-I', 'main.py'], {}],
      [['-S', 'main.py'], {}],
      [['-E', 'main.py'], {}],
    ];
    for (const [args, extra] of cases) {
      const outcome = await bench.run(args, bench.environment(extra));
      const said = [outcome.exitCode, outcome.stdout.toString(), outcome.stderr];
      assert.deepEqual(said, [0, 'True\n', ''], JSON.stringify([args, extra]));
    }
    assert.deepEqual((await bench.seen()).pythons, []);
  });

  it('sees files in memory, but neither devices nor what processes share there', async function () {
    if (!existsSync('/dev/shm')) this.skip();
    const folder = await mkdtemp('/dev/shm/lockstep test ');
    try {
      const shared = ['psm_', 'torch_1_', 'sem.mp-', '__KMP_REGISTERED_LIB_'].map(
        name => `/dev/shm/${name}lockstep-${process.pid}`,
      );
      await writeFile(join(folder, 'data.csv'), '1,2');
      await writeFile(
        join(folder, 'main.py'),
        `import multiprocessing
import own
with open('data.csv') as data, open('out.csv', 'w') as out: out.write(data.read())
for name in ${JSON.stringify(shared)}:
    with open(name, 'w') as file: file.write('x')
    with open(name) as file: file.read()
with open('/dev/null', 'w') as null, open('/dev/zero', 'rb') as zero: null.write(str(zero.read(2)))
multiprocessing.Lock(), multiprocessing.Array('i', 10)
`,
      );
      await writeFile(join(folder, 'own.py'), '');
      await using bench = await HookBench.open({});
      const outcome = await runCommand({
        ...{ program: bench.python, args: ['main.py'], cwd: folder, env: bench.environment() },
      });
      for (const name of shared) await rm(name, { force: true });
      assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
      const { reads, writes, modules } = await bench.seen();
      assert.deepEqual(
        [reads.map(({ path }) => path), writes],
        [[join(folder, 'data.csv')], [join(folder, 'out.csv')]],
      );
      assert.equal(modules['own'], join(folder, 'own.py'));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is not asked at all where the user opted out', () => {
    assert.equal(pythonHook(hookFolder, '/x', { LOCKSTEP_HOOK: '0' }), undefined);
  });

  it('notes odd names exactly', async () => {
    const names = [
      'a b.txt',
      'quote".txt',
      'back\\slash.txt',
      'ünïcödé 😀.txt',
      'line\nbreak.txt',
      'tab\t.txt',
    ];
    await using bench = await HookBench.open({
      'main.py':
        'import os\nfor n in os.listdir("odd"): open("odd/" + n).read()\nopen(os.fsencode("odd") + b"/\\xff", "wb").close()\n',
      ...Object.fromEntries(names.map(name => [`odd/${name}`, 'x'])),
    });
    assert.equal((await bench.run(['main.py'])).stderr, '');
    assert.deepEqual((await bench.shown()).reads, names.map(name => `odd/${name}`).sort());
  });

  it('ends a flood: ten thousand files are noted, a million are not', async () => {
    await using bench = await HookBench.open({
      'main.py': 'for i in range(25000): open("f%d" % (i % 21000), "a").close()\n',
    });
    assert.equal((await bench.run(['main.py'])).stderr, '');
    const seen = await bench.seen();
    assert.equal(seen.incomplete, true);
    assert.ok(seen.writes.length > 19_000 && seen.writes.length <= 20_000);
    assert.ok((await readFile(bench.seenFile, 'utf8')).length < 32 * 1024 * 1024);
  });

  it('reads settings from modules that are loaded, whatever they hold', async () => {
    await using bench = await HookBench.open({
      'main.py': 'import torch, numpy\n',
      'numpy.py':
        '__version__ = "9"\nclass __config__: CONFIG = {"Build Dependencies": {"blas": {"name": "openblas", "version": "1"}}}',
      'torch.py': [
        '__version__ = "2"',
        'def are_deterministic_algorithms_enabled(): return True',
        'def get_num_threads(): raise RuntimeError("no")',
        'def get_float32_matmul_precision(): return object()',
        'def initial_seed(): return 2**63',
      ].join('\n'),
    });
    assert.equal((await bench.run(['main.py'])).stderr, '');
    assert.deepEqual((await bench.seen()).facts, {
      'python.hash_randomization': true,
      'torch.version': '2',
      'torch.deterministic_algorithms': true,
      'torch.initial_seed': 2 ** 63,
      'numpy.version': '9',
      'numpy.blas': 'openblas 1',
    });
  });

  it('reads what decides numbers on GPUs, without a word of what the reading warns of', async () => {
    await using bench = await HookBench.open({
      'main.py': 'import torch, warnings\nwarnings.simplefilter("always")\n',
      'torch.py': [
        'import warnings',
        'from types import SimpleNamespace as N',
        '__version__ = "2.9"',
        'class Matmul:',
        '    fp32_precision = "tf32"',
        '    @property',
        '    def allow_tf32(self): warnings.warn("use fp32_precision"); return True',
        'backends = N(cuda=N(matmul=Matmul()), cudnn=N(version=lambda: 91002, conv=N(fp32_precision="ieee")), cpu=N(get_cpu_capability=lambda: "AVX2"))',
        'def get_num_interop_threads(): return 4',
        'device = N(multi_processor_count=132, max_threads_per_multi_processor=2048)',
        'cuda = N(is_initialized=lambda: True, device_count=lambda: 2, get_device_properties=lambda n: device)',
      ].join('\n'),
    });
    assert.equal((await bench.run(['main.py'])).stderr, '');
    assert.deepEqual((await bench.seen()).facts, {
      'python.hash_randomization': true,
      'torch.version': '2.9',
      'torch.matmul.allow_tf32': true,
      'torch.matmul.fp32_precision': 'tf32',
      'torch.cudnn.conv.fp32_precision': 'ieee',
      'torch.interop_threads': 4,
      'torch.cpu_capability': 'AVX2',
      'torch.cuda_initialized': true,
      'torch.cudnn.version': 91002,
      'torch.cuda_devices': 2,
      'torch.cuda_multiprocessors': '132, 132',
      'torch.cuda_threads': '2048, 2048',
    });
  });

  it('tells of a file that may hold metrics at once: who writes it, and what it held before', async () => {
    await using bench = await HookBench.open({
      'main.py': [
        'import os',
        'for i in range(400): open("f%d" % i, "a").close()',
        'os.environ["RANK"] = "3"',
        'open("log.csv", "a").write("more")',
        'open("new.jsonl", "w").close()',
        'open("x.tfevents.1", "wb").close()',
        'os.replace("f1", "metrics.json")',
        'os._exit(0)',
      ].join('\n'),
      'log.csv': 'a,b\n',
      'metrics.json': '{}',
    });
    assert.equal((await bench.run(['main.py'])).stderr, '');
    const lines = (await readFile(bench.seenFile, 'utf8'))
      .split('\n')
      .filter(line => line.includes('"anew"'))
      .map(line => JSON.parse(line) as { p: string; pid: number; rank: number; anew: boolean; s?: number });
    assert.deepEqual(
      lines.map(({ p, rank, anew, s }) => [relative(bench.root, p), rank, anew, s]),
      [
        ['log.csv', 3, false, 4],
        ['new.jsonl', 3, true, undefined],
        ['x.tfevents.1', 3, true, undefined],
        ['metrics.json', 3, true, 2],
      ],
    );
    assert.ok(lines.every(({ pid }) => pid > 0));
  });

  it('tags MLflow runs with the rank where Lockstep has set tags, and nowhere else', async () => {
    const print = 'import os; print(os.environ.get("MLFLOW_RUN_CONTEXT"), flush=True)';
    await using bench = await HookBench.open({
      'main.py': `${print}\nimport subprocess, sys\nsubprocess.run([sys.executable, "-c", '${print}'], env=dict(os.environ, RANK="2"))`,
    });
    const ours = '{"lockstep.run": "x"}';
    const outer = (started: Record<string, string>): Record<string, string> => ({
      ...pythonHook(hookFolder, '', started)?.variables,
      LOCKSTEP_SEEN: bench.seenFile,
    });
    const cases: readonly (readonly [Record<string, string>, string, string])[] = [
      [
        { RANK: '1', MLFLOW_RUN_CONTEXT: ours },
        '{"lockstep.run": "x", "lockstep.rank": "1"}',
        '{"lockstep.run": "x", "lockstep.rank": "2"}',
      ],
      [{ MLFLOW_RUN_CONTEXT: ours }, ours, '{"lockstep.run": "x", "lockstep.rank": "2"}'],
      [
        { SLURM_PROCID: '7', MLFLOW_RUN_CONTEXT: ours },
        '{"lockstep.run": "x", "lockstep.rank": "7"}',
        '{"lockstep.run": "x", "lockstep.rank": "2"}',
      ],
      // The whole run is one process of something bigger.
      [
        { RANK: '1', ...outer({ RANK: '1' }), MLFLOW_RUN_CONTEXT: ours },
        ours,
        '{"lockstep.run": "x", "lockstep.rank": "2"}',
      ],
      // So it is, and a launch below it has a process of the same rank.
      [
        { RANK: '1', WORLD_SIZE: '2', ...outer({ RANK: '1', WORLD_SIZE: '4' }), MLFLOW_RUN_CONTEXT: ours },
        '{"lockstep.run": "x", "lockstep.rank": "1"}',
        '{"lockstep.run": "x", "lockstep.rank": "2"}',
      ],
      [
        { RANK: '3', SLURM_PROCID: '1', ...outer({ SLURM_PROCID: '1' }), MLFLOW_RUN_CONTEXT: ours },
        '{"lockstep.run": "x", "lockstep.rank": "3"}',
        '{"lockstep.run": "x", "lockstep.rank": "2"}',
      ],
      [{ RANK: '1', MLFLOW_RUN_CONTEXT: '{"a": "b"}' }, '{"a": "b"}', '{"a": "b"}'],
      [{ RANK: '1', MLFLOW_RUN_CONTEXT: 'lockstep.' }, 'lockstep.', 'lockstep.'],
      [{ RANK: 'one' }, 'None', 'None'],
    ];
    for (const [extra, own, started] of cases) {
      const outcome = await bench.run(['main.py'], bench.environment(extra));
      const said = [outcome.stdout.toString(), outcome.stderr];
      assert.deepEqual(said, [`${own}\n${started}\n`, ''], JSON.stringify(extra));
    }
  });

  it('tells when MLflow is told to log elsewhere, in time and at the end, and only then', async () => {
    const service =
      '_tracking_uri = None\ndef set_tracking_uri(uri):\n    global _tracking_uri; _tracking_uri = uri\n';
    await using bench = await HookBench.open({
      'mlflow/__init__.py': 'from mlflow.tracking._tracking_service.utils import set_tracking_uri\n',
      'mlflow/tracking/__init__.py': '',
      'mlflow/tracking/_tracking_service/__init__.py': '',
      // Older clients keep it to themselves; newer ones tell the environment, for the processes they start.
      'mlflow/tracking/_tracking_service/utils.py': service,
    });
    const ours = 'http://127.0.0.1:9/token';
    const mine = { MLFLOW_TRACKING_URI: ours, LOCKSTEP_MLFLOW_URI: ours };
    const elsewhere = 'os.environ["MLFLOW_TRACKING_URI"] = "http://their.server"';
    const cases: readonly (readonly [string, Record<string, string>, boolean])[] = [
      ['import mlflow', mine, false],
      [`import mlflow; mlflow.set_tracking_uri("${ours}/")`, mine, false],
      [elsewhere, mine, false],
      ['import mlflow; mlflow.set_tracking_uri("sqlite:///x.db")', mine, true],
      [`import mlflow; ${elsewhere}; os._exit(0)`, mine, true],
      [`${elsewhere}; import mlflow`, mine, true],
      ['import mlflow; mlflow.set_tracking_uri("http://their.server")', {}, false],
    ];
    for (const [code, extra, told] of cases) {
      await rm(bench.seenFile, { force: true });
      const outcome = await bench.run(['-c', `import os; ${code}`], bench.environment(extra));
      assert.equal(outcome.stderr, '');
      assert.equal((await bench.seen()).ownMlflow, told, code);
    }
  });

  it('tells which other machines a program talks to, by the names that it asked for', async () => {
    await using bench = await HookBench.open({
      'ask.py': [
        'import os, socket',
        'def asks(name, port):',
        '    try: socket.getaddrinfo(name, port, flags=socket.AI_NUMERICHOST)',
        '    except OSError: pass',
        'def talks(address, port, kind=socket.SOCK_STREAM, family=socket.AF_INET):',
        '    with socket.socket(family, kind) as s:',
        '        s.setblocking(False)',
        '        s.connect_ex((address, port))',
        'asks("data.example.org", 443); asks(b"www.example.org", "https")',
        'talks("192.0.2.1", 443); talks("192.0.2.1", 443)',
        'talks("192.0.2.2", 9000)',
        'class Odd(socket.socket):',
        '    @property',
        '    def type(self): raise ValueError',
        'with Odd() as odd:',
        '    odd.setblocking(False)',
        '    odd.connect_ex(__import__("collections").namedtuple("At", "host port")("192.0.2.8", 9002))',
        '# Asked for, and nobody talked to.',
        'asks("unused.example.org", 8443); asks(None, 1); asks("", 2)',
        '# This machine, metrics that somebody else takes, and no more than a look at the own address.',
        'asks("localhost", 5000); talks("127.0.0.1", 5000); asks(socket.gethostname(), 5002); talks("192.0.2.6", 5002)',
        'asks("tracker.example.org", 5001); talks("192.0.2.3", 5001)',
        'talks("192.0.2.4", 80, socket.SOCK_DGRAM)',
        'try: socket.socket(socket.AF_UNIX).connect("/nowhere")',
        'except OSError: pass',
        'if os.fork() == 0:',
        '    talks("192.0.2.5", 9001)',
        '    os._exit(0)',
        'os.wait()',
      ].join('\n'),
    });
    const tracker = { MLFLOW_TRACKING_URI: 'http://user@tracker.example.org:5001' };
    const outcome = await bench.run(['ask.py'], bench.environment(tracker));
    assert.equal(outcome.stderr, '');
    const { hosts = [] } = await bench.seen();
    assert.deepEqual(
      hosts.map(({ host, port }) => `${host}:${port}`),
      [
        'data.example.org:443',
        'www.example.org:443',
        '192.0.2.2:9000',
        '192.0.2.8:9002',
        '192.0.2.6:5002',
        '192.0.2.5:9001',
      ],
    );
  });

  it('runs on every Python that is installed, old ones too', async () => {
    for (const python of await installedPythons()) {
      await using bench = await HookBench.open(
        {
          'main.py':
            'import os, sys, mine\nopen("data.txt").read()\nsys.stdout.write("%d.%d" % sys.version_info[:2])\n',
          'mine.py': '',
          'data.txt': 'x',
          'own/sitecustomize.py': 'import sys; sys.stdout.write("own ")',
        },
        python,
      );
      const outcome = await bench.run(['main.py'], bench.environment({}, [join(bench.root, 'own')]));
      assert.match(outcome.stdout.toString(), /^own \d\.\d+$/, python);
      assert.equal(outcome.stderr, '', python);
      const seen = await bench.seen();
      assert.equal(seen.pythons.length, 1, python);
      const [, major, minor] = /(\d)\.(\d+)$/.exec(outcome.stdout.toString()) ?? [];
      const observes = major === '3' && Number(minor) >= 8;
      assert.deepEqual((await bench.shown()).reads, observes ? ['data.txt'] : [], python);
      if (major === '3') assert.ok(Object.keys(seen.modules).includes('mine'), python);
    }
  });
});
