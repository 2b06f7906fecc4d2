/** What the real maths libraries say of their kernels and threads, as a run records it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/base/runCommand.ts';
import { pythonHook } from '../../src/execution/capture/pythonHook.ts';
import { readSeen, type Seen } from '../../src/execution/capture/readSeen.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { scrubbedEnvironment } from '../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';

const hookFolder = fileURLToPath(new URL('../../src/execution/capture/pythonHook', import.meta.url));

async function factsOf(
  python: string,
  program: string,
  variables: Readonly<Record<string, string>>,
): Promise<Seen['facts']> {
  const folder = await temporaryFolder();
  try {
    const seen = join(folder.path, 'seen.jsonl');
    const hook = pythonHook(hookFolder, seen, {});
    const outcome = await runCommand({
      program: python,
      args: ['-c', program],
      cwd: folder.path,
      env: scrubbedEnvironment(folder.path, {
        ...{ PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: hookFolder },
        ...hook?.variables,
        ...variables,
      }),
    });
    assert.deepEqual([outcome.exitCode, outcome.stderr], [0, '']);
    return (await readSeen(seen)).facts;
  } finally {
    await folder.remove();
  }
}

describe('kernel type and thread counts of maths libraries', function () {
  this.timeout(120_000);

  it('are those that numpy really has, set from outside or by the program', async function () {
    const { python } = peerOrSkip(this, 'keras');
    // OpenBLAS obeys these in every process, whatever the machine.
    const core = process.arch === 'x64' ? { OPENBLAS_CORETYPE: 'Nehalem' } : {};
    const facts = await factsOf(python, 'import numpy', { OPENBLAS_NUM_THREADS: '1', ...core });
    assert.equal(facts['blas.threads'], 'openblas 1');
    if (process.arch === 'x64') assert.equal(facts['blas.core'], 'openblas Nehalem');
    const changed = await factsOf(
      python,
      `
import ctypes, numpy
for line in open('/proc/self/maps'):
    if 'openblas' in line:
        ctypes.CDLL(line.split(None, 5)[5].strip()).scipy_openblas_set_num_threads64_(1)
        break
`,
      {},
    );
    assert.equal(changed['blas.threads'], 'openblas 1');
  });

  it('are told of each library where several are loaded', async function () {
    const { python } = peerOrSkip(this, 'mlflow');
    // The OpenMP library that scikit-learn brings, without the seconds that its import takes.
    const program = `
import ctypes, glob, numpy, os
ctypes.CDLL(glob.glob(os.path.join(os.path.dirname(numpy.__file__), '..', 'scikit_learn.libs', 'libgomp*'))[0])
`;
    const facts = await factsOf(python, program, { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '3' });
    assert.equal(facts['blas.threads'], 'openblas 1');
    assert.equal(facts['openmp.threads'], 'gomp 3');
  });
});
