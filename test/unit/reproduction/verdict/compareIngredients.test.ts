import assert from 'node:assert/strict';
import { compareIngredients } from '../../../../src/reproduction/verdict/compareIngredients.ts';
import type { SeenSeed } from '../../../../src/runs/captured.ts';
import { captured, unknown } from '../../../../src/runs/known.ts';
import type { IngredientName } from '../../../../src/runs/verdict.ts';
import { code, recordedRun } from '../recordedRun.ts';

/** An input that the run wrote to. */
function earlierOf(path: string, opened: string) {
  return { path, opened, how: 'seen', size: 3, sha256: '1'.repeat(64) };
}

function seen(call: string, value: string | null, line = 1): SeenSeed {
  return { call, value, file: 'train.py', line };
}

type Change = NonNullable<Parameters<typeof recordedRun>[0]>;

const table: {
  title: string;
  ingredient: IngredientName;
  original?: Change;
  now?: Change;
  status: string;
  differences: string[];
}[] = [
  { title: 'the same snapshot', ingredient: 'code', status: 'same', differences: [] },
  {
    title: 'another snapshot',
    ingredient: 'code',
    now: { plan: { code: captured(code({ tree: 'c'.repeat(40) })) } },
    status: 'differs',
    differences: ['snapshot bbbbbbb → ccccccc'],
  },
  {
    title: 'code unknown on both sides',
    ingredient: 'code',
    original: { plan: { code: unknown('no git') } },
    now: { plan: { code: unknown('no git') } },
    status: 'unknown',
    differences: [
      'the code of the original is not known: no git',
      'the code of the reproduction is not known: no git',
    ],
  },
  {
    title: 'a gap without a hash',
    ingredient: 'code',
    original: { plan: { code: captured(code({ gaps: [{ path: 'big.bin', reason: 'over-limit' }] })) } },
    now: { plan: { code: captured(code({ gaps: [{ path: 'big.bin', reason: 'over-limit' }] })) } },
    status: 'unknown',
    differences: ['big.bin (over-limit) unknown in both runs'],
  },
  {
    title: 'a file that git converts, held as it was on disk',
    ingredient: 'code',
    original: { plan: { code: captured(code({ gaps: [{ path: 't.py', reason: 'filtered', blob: '1' }] })) } },
    now: { plan: { code: captured(code({ gaps: [{ path: 't.py', reason: 'filtered', blob: '1' }] })) } },
    status: 'same',
    differences: [],
  },
  {
    title: 'a file that git converts, with other bytes on disk',
    ingredient: 'code',
    original: { plan: { code: captured(code({ gaps: [{ path: 't.py', reason: 'filtered', blob: '1' }] })) } },
    now: { plan: { code: captured(code({ gaps: [{ path: 't.py', reason: 'filtered', blob: '2' }] })) } },
    status: 'differs',
    differences: ['t.py (filtered) 1 → 2'],
  },
  {
    title: 'the same file by hash',
    ingredient: 'data',
    original: { captured: { inputs: [{ path: 'data.csv', how: 'seen', sha256: '1' }] } },
    now: { captured: { inputs: [{ path: 'data.csv', how: 'seen', sha256: '1' }] } },
    status: 'same',
    differences: [],
  },
  {
    title: 'a file that changed',
    ingredient: 'data',
    original: { captured: { inputs: [{ path: 'data.csv', how: 'seen', sha256: '1'.repeat(64) }] } },
    now: { captured: { inputs: [{ path: 'data.csv', how: 'seen', sha256: '2'.repeat(64) }] } },
    status: 'differs',
    differences: ['data.csv 1111111 → 2222222'],
  },
  {
    title: 'a file hashed on neither side',
    ingredient: 'data',
    original: { captured: { inputs: [{ path: 'data.csv', how: 'seen' }] } },
    now: { captured: { inputs: [{ path: 'data.csv', how: 'seen' }] } },
    status: 'unknown',
    differences: ['data.csv was not hashed in the original'],
  },
  {
    title: 'a file of another size that was not hashed',
    ingredient: 'data',
    original: { captured: { inputs: [{ path: 'data.csv', how: 'seen', size: 3 }] } },
    now: { captured: { inputs: [{ path: 'data.csv', how: 'seen', size: 4, sha256: '1' }] } },
    status: 'differs',
    differences: ['data.csv has changed since the run'],
  },
  {
    title: 'a checkpoint that was read and written anew, as it was',
    ingredient: 'data',
    original: { captured: { inputs: [earlierOf('ckpt.pt', 'replace')] } },
    now: { captured: { inputs: [earlierOf('ckpt.pt', 'replace')] } },
    status: 'same',
    differences: [],
  },
  {
    title: 'one that the reproduction had not',
    ingredient: 'data',
    original: { captured: { inputs: [earlierOf('ckpt.pt', 'replace')] } },
    now: { captured: { inputs: [] } },
    status: 'unknown',
    differences: ['ckpt.pt was overwritten after the run had read it; what it held then is gone'],
  },
  {
    title: 'a log and the database of a tracker that were added to',
    ingredient: 'data',
    original: {
      captured: { inputs: [earlierOf('train.log', 'append'), earlierOf('mlflow.db', 'update')] },
    },
    now: { captured: { inputs: [] } },
    status: 'same',
    differences: [],
  },
  {
    title: 'a table that was added to',
    ingredient: 'data',
    original: { captured: { inputs: [earlierOf('results.csv', 'append')] } },
    now: { captured: { inputs: [] } },
    status: 'unknown',
    differences: ['results.csv existed before the run and was appended to; its earlier content was not kept'],
  },
  {
    title: 'a folder that was listed',
    ingredient: 'data',
    original: { captured: { listed: ['data/cats'] } },
    status: 'unknown',
    differences: ['data/cats was listed by the original: which files it held is not recorded'],
  },
  {
    title: 'machines that were talked to',
    ingredient: 'data',
    original: { captured: { hosts: ['data.example.org', 'db:5432'] } },
    now: { captured: { hosts: ['data.example.org'] } },
    status: 'unknown',
    differences: ['what data.example.org answered is not recorded', 'what db:5432 answered is not recorded'],
  },
  {
    title: 'files that are part of the snapshot',
    ingredient: 'data',
    original: { captured: { inputs: [{ path: 'a.yaml', how: 'seen', inSnapshot: true }] } },
    now: { captured: { inputs: [] } },
    status: 'same',
    differences: [],
  },
  {
    title: 'another value and an unknown seed',
    ingredient: 'parameters',
    original: { plan: { seed: unknown('none') } },
    now: { plan: { seed: unknown('none'), parameters: { lr: { value: 0.2, source: 'argument' } } } },
    status: 'differs',
    differences: ['lr 0.1 → 0.2', 'seed unknown in both runs'],
  },
  {
    title: 'seeds that the program set, the same',
    ingredient: 'parameters',
    original: { plan: { seed: unknown('none') }, captured: { seeds: [seen('random.seed', '7')] } },
    now: { plan: { seed: unknown('none') }, captured: { seeds: [seen('random.seed', '7')] } },
    status: 'same',
    differences: [],
  },
  {
    title: 'seeds that the program set, another one',
    ingredient: 'parameters',
    original: { captured: { seeds: [seen('numpy.random.seed', '7', 11), seen('random.seed', '1', 3)] } },
    now: { captured: { seeds: [seen('numpy.random.seed', '8', 12), seen('random.seed', '1', 3)] } },
    status: 'differs',
    differences: ['numpy.random.seed 7 → 8 (train.py:12)'],
  },
  {
    title: 'seeds that the program set where the original was not observed',
    ingredient: 'parameters',
    now: { captured: { seeds: [seen('random.seed', '1', 3)] } },
    status: 'same',
    differences: [],
  },
  {
    title: 'a random start',
    ingredient: 'parameters',
    original: { plan: { seed: unknown('none') }, captured: { seeds: [seen('random.seed', null, 3)] } },
    now: { plan: { seed: unknown('none') }, captured: { seeds: [seen('random.seed', null, 3)] } },
    status: 'unknown',
    differences: [
      'seed unknown in both runs',
      'random.seed at random (train.py:3): its numbers are others each time',
    ],
  },
  {
    title: 'a path inside the repository, wherever it stands',
    ingredient: 'parameters',
    original: { plan: { parameters: { data: { value: '/home/a/project/d.csv', source: 'argument' } } } },
    now: {
      plan: { root: '/cache/x', parameters: { data: { value: '/cache/x/d.csv', source: 'argument' } } },
    },
    status: 'same',
    differences: [],
  },
  {
    title: 'another Python and package',
    ingredient: 'environment',
    original: { packages: [{ name: 'numpy', version: '1.26.4' }] },
    now: {
      plan: { interpreter: captured({ path: '/usr/bin/python3', version: '3.12.1' }) },
      captured: { packages: captured({ list: 'e', count: 2 }) },
      packages: [
        { name: 'numpy', version: '2.0.1' },
        { name: 'scipy', version: '1.0' },
      ],
    },
    status: 'differs',
    differences: ['interpreter 3.11.7 → 3.12.1', 'numpy 1.26.4 → 2.0.1', 'scipy (not installed) → 1.0'],
  },
  {
    title: 'packages unknown on both sides',
    ingredient: 'environment',
    original: { captured: { packages: unknown('no interpreter') } },
    now: { captured: { packages: unknown('no interpreter') } },
    status: 'unknown',
    differences: ['packages unknown in both runs'],
  },
  {
    title: 'variables by value and by hash',
    ingredient: 'environment',
    original: {
      plan: { variables: { LANG: { value: 'C' }, DATA: { keyedHash: '1' }, SHLVL: { value: '1' } } },
    },
    now: { plan: { variables: { LANG: { value: 'de' }, DATA: { keyedHash: '2' }, SHLVL: { value: '2' } } } },
    status: 'differs',
    differences: ['variable DATA has another value', 'variable LANG C → de'],
  },
  {
    title: 'another processor',
    ingredient: 'hardware',
    now: {
      captured: {
        hardware: captured({ os: 'Debian 12', cpuModel: 'EPYC 9R14', logicalCores: 2, gpus: [] }),
      },
    },
    status: 'differs',
    differences: ['processor EPYC 7B13 → EPYC 9R14'],
  },
  {
    title: 'another number of threads',
    ingredient: 'determinism',
    original: { plan: { variables: { OMP_NUM_THREADS: { value: '1' } } } },
    now: { plan: { variables: { OMP_NUM_THREADS: { value: '2' } } } },
    status: 'differs',
    differences: ['OMP_NUM_THREADS 1 → 2'],
  },
  {
    title: 'a hidden setting of a run that somebody shared',
    ingredient: 'determinism',
    original: { plan: { hiddenVariables: 'not-shared' } },
    now: { plan: { variables: { CUDNN_SET: { keyedHash: '2' } } } },
    status: 'unknown',
    differences: ['CUDNN_SET unknown in the original'],
  },
  {
    title: 'what only looks like a setting of TensorFlow',
    ingredient: 'determinism',
    now: { plan: { variables: { TF_VAR_region: { keyedHash: '2' } } } },
    status: 'same',
    differences: [],
  },
  {
    title: 'a hash seed that was not set',
    ingredient: 'determinism',
    now: { plan: { variables: { PYTHONHASHSEED: { value: '0' } } } },
    status: 'differs',
    differences: ['PYTHONHASHSEED (not set) → 0'],
  },
  {
    title: 'a hash seed that was not set in either',
    ingredient: 'determinism',
    original: { captured: { facts: { 'python.hash_randomization': true } } },
    now: { captured: { facts: { 'python.hash_randomization': true } } },
    status: 'unknown',
    differences: ['hash seed unknown in both runs'],
  },
  {
    title: 'a hash seed that was not set in either, of programs that were killed',
    ingredient: 'determinism',
    original: { captured: { facts: {} } },
    now: { captured: { facts: {} } },
    status: 'unknown',
    differences: ['hash seed unknown in both runs'],
  },
  {
    title: 'a hash seed that was set in both',
    ingredient: 'determinism',
    original: {
      plan: { variables: { PYTHONHASHSEED: { value: '7' } } },
      captured: { facts: { 'python.hash_randomization': true } },
    },
    now: {
      plan: { variables: { PYTHONHASHSEED: { value: '7' } } },
      captured: { facts: { 'python.hash_randomization': true } },
    },
    status: 'same',
    differences: [],
  },
  {
    title: 'another kernel of the maths library',
    ingredient: 'determinism',
    original: { captured: { facts: { 'blas.core': 'openblas Haswell' } } },
    now: { captured: { facts: { 'blas.core': 'openblas SkylakeX' } } },
    status: 'differs',
    differences: ['blas.core openblas Haswell → openblas SkylakeX'],
  },
  {
    title: 'questions that an earlier version did not ask',
    ingredient: 'determinism',
    original: { captured: { facts: { 'numpy.version': '2', 'torch.version': '2' } } },
    now: {
      captured: {
        facts: {
          'numpy.version': '2',
          'torch.version': '2',
          'torch.threads': 2,
          'blas.threads': 'openblas 2',
        },
      },
    },
    status: 'same',
    differences: [],
  },
  {
    title: 'a library that only one of them loaded',
    ingredient: 'determinism',
    original: { captured: { facts: { 'numpy.version': '2' } } },
    now: { captured: { facts: { 'numpy.version': '2', 'torch.version': '2' } } },
    status: 'differs',
    differences: ['torch.version (not set) → 2'],
  },
];

describe('compareIngredients', () => {
  it('counts a single byte as one', () => {
    const inputs = [{ path: 'scale.txt', how: 'seen', size: 1, sha256: '1' }];
    const side = recordedRun({ captured: { inputs } });
    const data = compareIngredients(side, side).find(({ name }) => name === 'data');
    assert.equal(data?.original, 'scale.txt, 1 byte');
  });

  for (const { title, ingredient, original, now, status, differences } of table)
    it(`${ingredient}: ${title}: ${status}`, () => {
      const rows = compareIngredients(recordedRun(original), recordedRun(now));
      const row = rows.find(one => one.name === ingredient);
      assert.deepEqual(row?.differences, differences);
      assert.equal(row.status, status);
    });

  it('names all six, in the order of the report', () => {
    assert.deepEqual(
      compareIngredients(recordedRun(), recordedRun()).map(row => `${row.name} ${row.status}`),
      ['code', 'data', 'parameters', 'environment', 'hardware', 'determinism'].map(name => `${name} same`),
    );
  });
});
