import assert from 'node:assert/strict';
import { planTrials } from '../../../../src/reproduction/cause/planTrials.ts';
import type { TrialQuestion } from '../../../../src/reproduction/cause/planTrials.ts';
import type { TrialSide } from '../../../../src/reproduction/cause/trialChange.ts';
import { captured } from '../../../../src/runs/known.ts';
import { capturedValues, plan } from '../recordedRun.ts';

function side(change: Parameters<typeof plan>[0] = {}, rest: Partial<TrialSide> = {}): TrialSide {
  return { plan: plan(change), captured: capturedValues(), ...rest };
}

function planned(question: Partial<TrialQuestion>): { trials: string[]; untried: string[] } {
  const { trials, untried } = planTrials({
    ...{ original: side(), other: side(), inputs: [], pair: false },
    ...question,
  });
  return { trials: trials.map(one => one.restored), untried: untried.map(one => one.restored) };
}

describe('planTrials', () => {
  it('plans nothing for two equal runs', () => {
    assert.deepEqual(planned({}), { trials: [], untried: [] });
  });

  it('takes the table before the threads, and both before what can hardly matter', () => {
    const variables = (threads: string, language: string) => ({
      OMP_NUM_THREADS: { value: threads },
      LANG: { value: language },
    });
    const { trials } = planned({
      original: side({ variables: variables('1', 'C') }),
      other: side({ variables: variables('2', 'de_DE') }),
      inputs: [{ path: 'a.csv', original: 'a'.repeat(64), now: 'b'.repeat(64), source: '/x/a.csv' }],
    });
    assert.deepEqual(trials, ['a.csv bbbbbbb → aaaaaaa', 'OMP_NUM_THREADS 2 → 1', 'variable LANG de_DE → C']);
  });

  it('says what cannot be set back, and why', () => {
    const question = planTrials({
      ...{ pair: true, original: side(), other: side({ parameters: {} }) },
      inputs: [{ path: 'a.csv', original: 'a'.repeat(64), now: undefined, source: undefined }],
    });
    assert.deepEqual(question.untried, [
      {
        ingredient: 'data',
        restored: 'a.csv (gone) → aaaaaaa',
        problem: 'the content that the original read is not here any more',
      },
    ]);
    assert.deepEqual(
      question.trials.map(one => [one.restored, one.change.parameters]),
      [['lr (not set) → 0.1', { lr: 0.1 }]],
    );
    const gpu = (name: string) =>
      capturedValues({ hardware: captured({ os: 'x', gpus: [{ name }], cpuModel: 'E' }) });
    assert.deepEqual(
      planned({
        original: side({}, { captured: gpu('A100') }),
        other: side({}, { captured: gpu('H200') }),
      }).untried,
      ['H200 → A100'],
    );
  });

  it('sets the number of threads back once, however it was told', () => {
    const facts = (threads: number) =>
      capturedValues({ facts: { 'blas.threads': `openblas ${threads}`, 'torch.threads': threads } });
    const original = side({ variables: { OMP_NUM_THREADS: { value: '1' } } }, { captured: facts(1) });
    const other = side({ variables: { OMP_NUM_THREADS: { value: '2' } } }, { captured: facts(2) });
    const { trials } = planTrials({ original, other, inputs: [], pair: false });
    assert.deepEqual(
      trials.map(({ restored, change }) => [restored, change.variables]),
      [['OMP_NUM_THREADS 2 → 1', { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }]],
    );
    const told = planTrials({
      original: side({}, { captured: facts(1) }),
      ...{ other: side({}, { captured: facts(2) }), inputs: [], pair: false },
    });
    assert.deepEqual(
      told.trials.map(({ change }) => change.variables),
      [{ OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' }],
    );
  });

  it('sets back the code of another run as a whole and by file, and files of parameters one by one', () => {
    const file = (...paths: string[]) => ({ paths, name: paths.at(-1) ?? '', versions: ['2', '1'] as const });
    const code = {
      ...{ original: 'a'.repeat(40), now: 'b'.repeat(40) },
      files: [file('train.py'), file('params.yaml'), file('conf/model.yaml'), file('old.py', 'new.py')],
    };
    const { trials, untried } = planTrials({ original: side(), other: side(), inputs: [], pair: true, code });
    assert.deepEqual(
      trials.map(one => [one.ingredient, one.restored, one.change.code]),
      [
        ['parameters', 'params.yaml 2 → 1', ['params.yaml']],
        ['parameters', 'conf/model.yaml 2 → 1', ['conf/model.yaml']],
        ['code', '2 files of the code (train.py, new.py)', ['train.py', 'old.py', 'new.py']],
      ],
    );
    assert.deepEqual(
      trials[2]?.parts?.map(({ change }) => change.code),
      [['train.py'], ['old.py', 'new.py']],
    );
    assert.deepEqual(untried, []);
    for (const [pair, problem] of [
      [true, 'the snapshot of one of the two is not here'],
      [false, 'every trial has the code of the original'],
    ] as const)
      assert.deepEqual(
        planTrials({
          ...{ original: side(), other: side(), inputs: [], pair },
          code: { ...code, files: [], problem: 'the snapshot of one of the two is not here' },
        }).untried.map(one => [one.restored, one.problem]),
        [['snapshot bbbbbbb → aaaaaaa', problem]],
      );
  });

  it('does not touch the command of a reproduction and folders, and only names what is known by a hash', () => {
    assert.deepEqual(
      planned({
        original: side({
          parameters: {},
          variables: { PYTHONPATH: { value: '/a' }, SECRET: { keyedHash: '1' }, OMP_X: { keyedHash: '1' } },
        }),
        other: side({
          variables: { PYTHONPATH: { value: '/b' }, SECRET: { keyedHash: '2' }, OMP_X: { value: '1' } },
        }),
      }),
      { trials: [], untried: ['variable OMP_X', 'variable SECRET'] },
    );
  });

  it('sets no variable from a record that loads or starts anything', () => {
    const names = [
      'LD_PRELOAD',
      'PYTHONSTARTUP',
      'BASH_ENV',
      'GIT_SSH_COMMAND',
      'OMP_TOOL_LIBRARIES',
      'XLA_FLAGS',
    ];
    const variables = Object.fromEntries(names.map(name => [name, { value: 'evil.so' }]));
    const files = { MKL_VERBOSE_OUTPUT_FILE: { value: 'x' }, OMP_NUM_THREADS: { value: '/etc/passwd' } };
    const { trials, untried } = planned({ original: side({ variables: { ...variables, ...files } }) });
    assert.deepEqual(trials, []);
    assert.equal(untried.length, names.length + 2);
    const places = { PYTHONPATH: { value: '/x' }, PATH: { value: '/x' } };
    assert.deepEqual(planned({ original: side({ variables: places }) }), { trials: [], untried: [] });
    const settings = {
      ...{ CUBLAS_WORKSPACE_CONFIG: { value: ':4096:8' }, PYTHONHASHSEED: { value: '0' } },
      ...{ TF_DETERMINISTIC_OPS: { value: '1' }, NVIDIA_TF32_OVERRIDE: { value: '0' } },
    };
    assert.equal(planned({ original: side({ variables: settings }) }).trials.length, 4);
  });

  it('sets threads and kernels back as the libraries said they were', () => {
    const facts = (threads: number, core: string) =>
      capturedValues({ facts: { 'blas.threads': `mkl ${threads}, openblas ${threads}`, 'blas.core': core } });
    const { trials } = planTrials({
      ...{ inputs: [], pair: false },
      original: side({}, { captured: facts(8, 'openblas Haswell') }),
      other: side({}, { captured: facts(2, 'openblas SkylakeX') }),
    });
    assert.deepEqual(
      trials.map(one => one.change.variables),
      [{ MKL_NUM_THREADS: '8', OPENBLAS_NUM_THREADS: '8' }, { OPENBLAS_CORETYPE: 'Haswell' }],
    );
  });

  it('never hands what a hostile record says on as a setting', () => {
    const facts = (value: string) => capturedValues({ facts: { 'blas.core': value, 'blas.threads': value } });
    const { trials } = planTrials({
      ...{ inputs: [], pair: false },
      original: side({}, { captured: facts('openblas $(touch x);\n') }),
      other: side({}, { captured: facts('openblas 1') }),
    });
    assert.deepEqual(trials, []);
  });

  it('puts packages into one trial with the numerical libraries first among its parts', () => {
    const list = (version: string) => [
      { name: 'tqdm', version },
      { name: 'numpy', version },
      { name: 'own', version, editable: true },
      { name: 'same', version: '1' },
    ];
    const { trials } = planTrials({
      ...{ inputs: [], pair: false },
      original: side({}, { packages: list('1.0') }),
      other: side({}, { packages: list('2.0') }),
    });
    assert.deepEqual(
      trials.map(one => [one.restored, one.parts?.map(part => part.restored)]),
      [['2 packages as they were (numpy 2.0 → 1.0, tqdm 2.0 → 1.0)', ['numpy 2.0 → 1.0', 'tqdm 2.0 → 1.0']]],
    );
  });
});
