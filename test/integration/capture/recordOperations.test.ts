/**
 * The recorder of operations, beside programs whose PyTorch cannot record, or fails while it does: what the program does
 * must be the same. (Modules that stand in for PyTorch: the real one takes gigabytes.)
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../src/base/runCommand.ts';
import { pythonHook } from '../../../src/execution/capture/pythonHook.ts';
import { parseOperations } from '../../../src/reproduction/cause/operations/parseOperations.ts';
import type { Recording } from '../../../src/reproduction/cause/operations/parseOperations.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const hookFolder = fileURLToPath(new URL('../../../src/execution/capture/pythonHook', import.meta.url));

/** Calls the hook for each operation as DebugMode of PyTorch 2.10 does: function, types, arguments, result. */
const debugMode = `
hooks = []
class DebugMode:
    def __init__(self, **options):
        self.operators = []
    @staticmethod
    def dispatch_hooks(log_hook=None):
        class Context:
            def __enter__(self): hooks.append(log_hook)
            def __exit__(self, *args): pass
        return Context()
    def __enter__(self): return self
`;

async function record(
  modules: Readonly<Record<string, string>>,
  program: string,
): Promise<{ stdout: string; recording: Recording | undefined }> {
  await using folder = await temporaryFolder('operations of a program');
  const path = join(folder.path, 'operations.jsonl');
  for (const [name, text] of Object.entries({ ...modules, 'train.py': program })) {
    const file = join(folder.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const hook = pythonHook(hookFolder, join(folder.path, 'seen.jsonl'), {}, { file: path, root: folder.path });
  const variables = { PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: hookFolder, ...hook?.variables };
  const outcome = await runCommand({
    ...{ program: 'python3', args: ['train.py'], cwd: folder.path },
    env: scrubbedEnvironment(folder.path, variables),
  });
  assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return {
    stdout: outcome.stdout.toString('utf8'),
    recording: text === undefined ? undefined : parseOperations(text),
  };
}

describe('the recorder of operations', function () {
  this.timeout(120_000);

  it('records nothing of a program without PyTorch', async () => {
    assert.equal((await record({}, 'print(1)')).recording, undefined);
  });

  it('says of a PyTorch that is too old that it is', async () => {
    const modules = { 'torch/__init__.py': "__version__ = '2.9.1'\nVALUE = 3\n" };
    const { stdout, recording } = await record(modules, 'import torch, torch as t\nprint(t.VALUE)');
    assert.equal(stdout, '3\n');
    assert.deepEqual(recording?.operations, []);
    assert.match(recording.problems.join(), /^PyTorch 2\.9\.1 has no recording of operations/);
  });

  it('ends the recording, and not the program, when PyTorch is another one than it knows', async () => {
    const modules = {
      'torch/__init__.py': "__version__ = '9.0'\nclass Tensor: pass\n",
      'torch/utils/__init__.py': '',
      'torch/utils/_debug_mode.py': debugMode,
    };
    const program = `
import os, torch
from torch.utils import _debug_mode
call = lambda: print(_debug_mode.hooks[0]('aten::mm', (), (), {}, [torch.Tensor()]))
if os.fork() == 0:
    call()
    os._exit(0)
os.wait()
call()
call()
`;
    const { stdout, recording } = await record(modules, program);
    assert.equal(stdout, 'None\nNone\n');
    assert.deepEqual(recording?.operations, []);
    assert.equal(recording.problems.length, 1);
    assert.match(recording.problems.join(), /^AttributeError/);
  });

  it('lets an import that fails fail as it does', async () => {
    const modules = { 'torch/__init__.py': "raise ImportError('no libcudart')\n" };
    const program = 'try:\n    import torch\nexcept ImportError as error:\n    print(error)\n';
    const { stdout, recording } = await record(modules, program);
    assert.deepEqual([stdout, recording], ['no libcudart\n', undefined]);
  });
});
