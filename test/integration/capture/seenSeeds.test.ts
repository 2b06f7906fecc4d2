/**
 * Seeds that the Python hook sees of the standard library and of modules that stand in for PyTorch and TensorFlow, on
 * every Python that is here. (numpy and JAX: test/interop/seenSeeds.test.ts.)
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../src/base/runCommand.ts';
import { pythonHook } from '../../../src/execution/capture/pythonHook.ts';
import { readSeen, type Seen } from '../../../src/execution/capture/readSeen.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const hookFolder = fileURLToPath(new URL('../../../src/execution/capture/pythonHook', import.meta.url));

interface Outcome {
  readonly stdout: string;
  readonly seen: Seen;
  /** `random.seed 7 train.py:2`. */
  readonly seeds: readonly string[];
}

async function observe(files: Readonly<Record<string, string>>, python = 'python3'): Promise<Outcome> {
  await using folder = await temporaryFolder('seeds of a program');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
  const path = join(folder.path, 'seen.jsonl');
  const variables = { PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: hookFolder };
  const outcome = await runCommand({
    ...{ program: python, args: ['train.py'], cwd: folder.path },
    env: scrubbedEnvironment(folder.path, { ...variables, ...pythonHook(hookFolder, path, {})?.variables }),
  });
  assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
  const seen = await readSeen(path);
  const place = (file = '', line = 0): string => `${file.replace(`${folder.path}/`, '')}:${line}`;
  const seeds = (seen.seeds ?? []).map(
    ({ call, value, file, line, more, worker }) =>
      (more === true ? `${call} …` : `${call} ${value ?? 'at random'} ${place(file, line)}`) +
      (worker === true ? ' in a worker' : ''),
  );
  return { stdout: outcome.stdout.toString('utf8'), seen, seeds };
}

async function installedPythons(): Promise<string[]> {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const names = await readdir(versions).catch(() => []);
  return ['python3', ...names.map(name => join(versions, name, 'bin', 'python')).filter(existsSync)];
}

/** Those in which seeds are seen. */
async function observedPythons(): Promise<string[]> {
  return (await installedPythons()).filter(python => !/versions\/(2|3\.[0-7])\./.test(python));
}

const standard = `import random, os
random.seed(7)
random.seed(a=7)
random.seed()
random.seed(10 ** 400)
random.seed('x' * 200)
random.seed(0.5)
own = random.Random(5)
random.Random()
class Mine(random.Random):
    def seed(self, a=None, *args):
        random.Random.seed(self, a, *args)
Mine(6)
if hasattr(os, 'fork'):
    if os.fork() == 0:
        random.seed(99)
        os._exit(0)
    os.wait()
random.setstate(random.getstate())
`;

describe('seeds that the Python hook sees', function () {
  this.timeout(120_000);

  it('are told of the standard library, once a value, on every Python', async () => {
    for (const python of await installedPythons()) {
      const { seen, seeds } = await observe({ 'train.py': standard }, python);
      if (seen.seeds === undefined) {
        assert.match(seen.pythons[0]?.version ?? '', /^(2|3\.[0-7])\./, python);
        continue;
      }
      assert.deepEqual(
        seeds,
        [
          ...['random.seed 7 train.py:2', 'random.seed at random train.py:4'],
          'random.seed integer of 1329 bits train.py:5',
          'random.seed str of 200 characters, hash b3e4b6e5 train.py:6',
          ...['random.seed 0.5 train.py:7', 'random.Random 5 train.py:8', 'random.Random 6 train.py:12'],
          'random.seed 99 train.py:16 in a worker',
        ],
        python,
      );
    }
  });

  it('leave what the program has of its library as it is', async () => {
    const program = `import inspect, pickle, random, sys
seed, method = random.seed, random.Random.seed
print(inspect.signature(seed), inspect.signature(method), method.__qualname__, method.__defaults__)
print(pickle.loads(pickle.dumps(random.Random(3))).random() == random.Random(3).random())
print(random.seed == random._inst.seed, type(method).__name__, sorted(vars(random.__spec__.loader)))
print([type(one).__module__ for one in sys.meta_path if 'lockstep' in type(one).__module__ or type(one).__module__ == 'sitecustomize'])
print(inspect.getsource(method).splitlines()[0].strip(), method.__code__.co_varnames[:3])
try:
    seed(version=2, b=1)
except TypeError as error:
    print(error)
class Word(str):
    def __getitem__(self, *args): raise SystemExit('was asked')
    def __repr__(self): raise SystemExit('was asked')
    __len__ = __str__ = __repr__
class Number(int):
    def __repr__(self): raise SystemExit('was asked')
    bit_length = __repr__
seed(Number(4))
random.seed(1); print(random.random())
`;
    const { stdout, seeds } = await observe({ 'train.py': program });
    const plain = await runCommand({
      program: 'python3',
      args: ['-c', 'import random; random.seed(1); print(random.random())'],
    });
    const lines = stdout.trim().split('\n');
    assert.deepEqual(
      [...lines.slice(0, 5), lines.at(-1)],
      [
        '(a=None, version=2) (self, a=None, version=2) Random.seed (None, 2)',
        'True',
        "True function ['name', 'path']",
        '[]',
        "def seed(self, a=None, version=2): ('self', 'a', 'version')",
        plain.stdout.toString('utf8').trim(),
      ],
    );
    assert.match(lines[5] ?? '', /unexpected keyword argument 'b'/);
    assert.ok(
      seeds.some(line => line.startsWith('random.seed 4 ')),
      seeds.join('\n'),
    );
  });

  it('are no text that may be a secret, but tell it from another', async () => {
    const program = `import random, torch.random
for seed in ['hunter2 is secret', 'hunter3 is secret', b'hunter2 is bytes', '\\ud800']:
    torch.random.manual_seed(seed)
    torch.random.manual_seed([(seed,)])
`;
    const library = { 'torch/__init__.py': '', 'torch/random.py': 'def manual_seed(seed): pass\n' };
    for (const python of await observedPythons()) {
      const { seen } = await observe({ ...library, 'train.py': program }, python);
      const values = (seen.seeds ?? []).map(({ value }) => value ?? '');
      assert.doesNotMatch(values.join('\n'), /hunter|secret|more/, python);
      assert.equal(new Set(values).size, 8, python);
      assert.match(values[0] ?? '', /^str of 17 characters, hash [0-9a-f]{8}$/);
      assert.equal(values[1], `[(${values[0] ?? ''})]`);
      assert.match(values[4] ?? '', /^bytes of 16 bytes, hash [0-9a-f]{8}$/);
    }
  });

  it('leave a program that says odd things of itself as it is, on every Python', async () => {
    const program = `import sys, random, warnings
warnings.simplefilter('ignore')
asked = []
class Odd(object):
    def __getattribute__(self, name):
        asked.append(name)
        return object.__getattribute__(self, name)
    def __eq__(self, other): asked.append('eq')
    __ne__ = __contains__ = __hash__ = __and__ = __rand__ = __fspath__ = __str__ = __repr__ = __eq__
class Words(str):
    def startswith(self, *args): asked.append('startswith')
    __eq__ = __hash__ = __str__ = __repr__ = endswith = replace = startswith
class Meta(type):
    @property
    def __module__(cls): asked.append('module')
Made = Meta('Made', (Odd,), {})
for event in ['import', 'open', 'os.rename', 'sqlite3.connect', 'os.putenv', 'os.system']:
    for args in [(), ([],), (Odd(),), (Words('x'),), (Odd(), Odd(), Odd()), ('x', Odd(), Odd()), ('x', Words('w'), 0)]:
        sys.audit(event, *args)
sys.audit('import', 'torch.random')
sys.audit('open', Words(__file__), 'r', 0)
for value in [Odd(), Made(), [Odd()]]:
    try:
        random.seed(value)
    except TypeError:
        pass
print(asked, [type(one).__name__ for one in sys.meta_path if type(one).__name__ == '_AfterImport'])
`;
    for (const python of await observedPythons()) {
      await using folder = await temporaryFolder('without the observer');
      await writeFile(join(folder.path, 'train.py'), program);
      const plain = await runCommand({ program: python, args: ['train.py'], cwd: folder.path });
      const { stdout } = await observe({ 'train.py': program }, python);
      assert.equal(stdout, plain.stdout.toString('utf8'), python);
      assert.notEqual(stdout, '', python);
    }
  });

  it('leave a warning at the line that it is of, on every Python', async () => {
    const program = `import random, sys, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('default')
    try:
        random.seed((1, 2))
    except TypeError:
        pass
print([(one.filename == __file__, one.lineno) for one in caught])
`;
    for (const python of await observedPythons()) {
      const { stdout, seen } = await observe({ 'train.py': program }, python);
      const warns = /^3\.(9|10)\./.test(seen.pythons[0]?.version ?? '');
      assert.equal(stdout, warns ? '[(True, 5)]\n' : '[]\n', python);
    }
  });

  it('are cut where a program sets more and more', async () => {
    const { seeds } = await observe({ 'train.py': 'import random\nfor n in range(100): random.seed(n)\n' });
    assert.equal(seeds.length, 9);
    assert.equal(seeds.at(-1), 'random.seed …');
  });

  it('are told of PyTorch by the line of the program, not what it seeds itself, and of workers what the program does', async () => {
    const { seeds } = await observe({
      'torch/__init__.py': 'from torch.random import manual_seed, seed\n',
      'torch/random.py':
        'import torch.cuda.random\ndef manual_seed(seed):\n    torch.cuda.random.manual_seed_all(seed)\n    return seed\ndef seed(): return 1\n',
      'torch/cuda/__init__.py': '',
      'torch/cuda/random.py': 'def manual_seed_all(seed: int) -> None: pass\ndef seed(): pass\n',
      'tensorflow/python/framework/random_seed.py': 'def set_seed(seed): pass\n',
      'torch/_compile.py':
        'def decorated(function):\n    def inner(*args, **kwargs): return function(*args, **kwargs)\n    return inner\n',
      'torch/_dynamo/__init__.py':
        'import torch\nfrom torch._compile import decorated\ntorch.manual_seed = decorated(torch.manual_seed)\n',
      'train.py': `import torch, multiprocessing
from tensorflow.python.framework.random_seed import set_seed
def work():
    torch.manual_seed(50)
if __name__ == '__main__':
    assert torch.manual_seed(seed=3) == 3
    torch.cuda.random.manual_seed_all(4)
    torch.seed()
    set_seed([1, (2, {}), None] + list(range(20)))
    import torch._dynamo
    torch.manual_seed(11)
    for way in ['fork', 'spawn']:
        worker = multiprocessing.get_context(way).Process(target=work)
        worker.start()
        worker.join()
`,
    });
    assert.deepEqual(
      seeds.filter(line => !line.startsWith('random.')),
      [
        ...['torch.manual_seed 3 train.py:6', 'torch.cuda.manual_seed_all 4 train.py:7'],
        'torch.seed at random train.py:8',
        'tensorflow.random.set_seed [1, (2, <builtins.dict>), None, 0, 1, 2, 3, 4, ...] train.py:9',
        'torch.manual_seed 11 train.py:11',
        'torch.manual_seed 50 train.py:4 in a worker',
      ],
    );
  });

  it('are those of the program in workers, and not what a library seeds them with', async () => {
    const files = {
      'lib/site-packages/loader.py':
        'import multiprocessing, random\ndef loop(init, n):\n    random.seed(900 + n)\n    init(n)\ndef start(way, init):\n    context = multiprocessing.get_context(way)\n    workers = [context.Process(target=loop, args=(init, n)) for n in range(3)]\n    for one in workers: one.start()\n    for one in workers: one.join()\n',
      'train.py': `import random, site, sys
from loader import start
def init(n):
    random.seed(10 - n)
    random.seed(7)
if __name__ == '__main__':
    random.seed(7)
    for way in ['fork', 'spawn', 'forkserver']:
        start(way, init)
`,
    };
    await using folder = await temporaryFolder('a library with workers');
    for (const python of await observedPythons()) {
      const made = await runCommand({
        ...{
          program: python,
          args: ['-m', 'venv', '--without-pip', join(folder.path, String(python.length))],
        },
      });
      assert.equal(made.exitCode, 0, made.stderr);
      const version = (await readdir(join(folder.path, String(python.length), 'lib')))[0] ?? '';
      const packages = join(folder.path, String(python.length), 'lib', version, 'site-packages');
      await writeFile(join(packages, 'loader.py'), files['lib/site-packages/loader.py']);
      const own = join(folder.path, String(python.length), 'bin', 'python');
      const { seeds } = await observe({ 'train.py': files['train.py'] }, own);
      await rm(join(folder.path, String(python.length)), { recursive: true });
      assert.deepEqual(
        seeds,
        [
          'random.seed 7 train.py:7',
          ...[8, 9, 10].map(value => `random.seed ${value} train.py:4 in a worker`),
        ],
        python,
      );
    }
  });

  it('leave errors as they look, on every Python', async () => {
    const program = `import random, sys, traceback
import torch.random as torch
class Odd(Exception):
    def __setattr__(self, *args): raise SystemExit('was asked')
class Number(object):
    def __int__(self): raise Odd('no number')
def deep(seed):
    random.seed(seed)
for call in [lambda: random.seed([1]), lambda: random.seed(b=1), lambda: torch.manual_seed('x'), lambda: torch.manual_seed(Number()), lambda: torch.shared(Number()), torch.manual_seed]:
    try:
        call()
    except Exception as error:
        traceback.print_exc()
        print(error.__context__, error.__cause__)
deep({})
`;
    const library = `def manual_seed(seed):
    for attempt in range(3):
        if attempt and seed is None:
            continue
        try:
            number = int(seed)
        except ValueError as error:
            raise RuntimeError('wrong') from error
    return number
def seed(): pass
def shared(seed):
    return (lambda: int(seed))()
`;
    const watched =
      library.replace('def seed(): pass\n', '').replace('def shared', 'def seed') + 'shared = seed\n';
    for (const python of await observedPythons())
      for (const text of [library, watched]) {
        await using folder = await temporaryFolder('errors of seeds');
        await mkdir(join(folder.path, 'torch'));
        await writeFile(join(folder.path, 'torch', '__init__.py'), '');
        await writeFile(join(folder.path, 'torch', 'random.py'), text);
        await writeFile(join(folder.path, 'train.py'), program);
        const hooked = {
          ...pythonHook(hookFolder, join(folder.path, 'seen.jsonl'), {})?.variables,
          PYTHONPATH: hookFolder,
        };
        const [plain, seen] = await Promise.all(
          [{}, hooked].map(more =>
            runCommand({
              ...{ program: python, args: ['train.py'], cwd: folder.path },
              env: scrubbedEnvironment(folder.path, { PYTHONDONTWRITEBYTECODE: '1', ...more }),
            }),
          ),
        );
        assert.equal(seen?.stderr, plain?.stderr, python);
        assert.equal(String(seen?.stdout), String(plain?.stdout), python);
        assert.match(plain?.stderr ?? '', /in deep/);
      }
  });

  it('leave functions alone whose seed has no name of its own, as decorated ones', async () => {
    const decorated = `def decorator(function):
    def around(*args, **kwargs): return function(*args, **kwargs)
    return around
@decorator
def manual_seed(seed): return seed
def seed(*, device=None): return device
`;
    const program = `import torch.random as torch, torch.cuda.random as cuda
print(torch.manual_seed(seed=3), torch.manual_seed(4), torch.seed(device=5), cuda.manual_seed(), cuda.manual_seed(6))
`;
    for (const python of await observedPythons()) {
      const { stdout, seeds } = await observe(
        {
          ...{ 'torch/__init__.py': '', 'torch/random.py': decorated, 'torch/cuda/__init__.py': '' },
          ...{ 'torch/cuda/random.py': 'def manual_seed(seed=7): return seed\n', 'train.py': program },
        },
        python,
      );
      assert.equal(stdout, '3 4 5 7 6\n', python);
      const told = seeds.filter(line => line.startsWith('torch.'));
      assert.deepEqual(
        told,
        ['7', '6'].map(value => `torch.cuda.manual_seed ${value} train.py:2`),
        python,
      );
    }
  });

  it('leave an archive to be imported from, on every Python', async () => {
    const pack = `import zipfile, sys
with zipfile.ZipFile('packed.zip', 'w') as archive:
    archive.writestr('torch/__init__.py', '')
    archive.writestr('torch/random.py', 'def manual_seed(seed): return seed\\n')
sys.path.insert(0, 'packed.zip')
import torch.random
print(torch.random.manual_seed(3))
`;
    for (const python of await observedPythons())
      assert.equal((await observe({ 'train.py': pack }, python)).stdout, '3\n', python);
  });

  it('let a library that cannot be imported fail as it does', async () => {
    const program = `import traceback
for n in range(2):
    try:
        import torch.random
    except ValueError:
        print(traceback.format_exc().count('File '))
import random
random.seed(2)
`;
    const { stdout, seeds } = await observe({
      ...{ 'torch/__init__.py': '', 'torch/random.py': "raise ValueError('broken')\n", 'train.py': program },
    });
    assert.deepEqual([stdout, seeds], ['2\n2\n', ['random.seed 2 train.py:8']]);
  });
});
