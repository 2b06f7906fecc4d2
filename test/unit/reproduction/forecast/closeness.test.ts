/** Every rule of closeness: what it objects to, and what it does not. */
import assert from 'node:assert/strict';
import {
  closenessOf,
  closenessRules,
  limitsOf,
} from '../../../../src/reproduction/forecast/closeness/closenessRules.ts';
import type { ComputeSide } from '../../../../src/reproduction/forecast/closeness/computeSide.ts';
import type { Hardware, Package } from '../../../../src/runs/captured.ts';

type Gpu = Hardware['gpus'][number];

const a100: Gpu = {
  name: 'NVIDIA A100-SXM4-80GB',
  vendor: 'nvidia',
  computeCapability: '8.0',
  driver: '570.1',
};
const h100: Gpu = {
  name: 'NVIDIA H100 80GB HBM3',
  vendor: 'nvidia',
  computeCapability: '9.0',
  driver: '570.1',
};
const h100pcie: Gpu = { ...h100, name: 'NVIDIA H100 PCIe' };
const h200: Gpu = { ...h100, name: 'NVIDIA H200' };
const t4: Gpu = { name: 'Tesla T4', vendor: 'nvidia', computeCapability: '7.5', driver: '570.1' };
const mi300: Gpu = { name: 'AMD Instinct MI300X', vendor: 'amd' };

const flags = ['avx', 'avx2', 'fma', 'sse4_2', 'ssse3'];
const machine: Hardware = {
  ...{ os: 'Debian 12', kernel: 'Linux 6.1 x86_64', libc: 'glibc 2.36', cpuModel: 'EPYC 7B13' },
  ...{ cpuFlags: flags, logicalCores: 8, gpus: [] },
};
const numpy = { 'numpy.version': '2.0', 'blas.threads': 'openblas 8', 'blas.core': 'openblas Zen' };
const torch = {
  'torch.version': '2.9.0',
  'torch.cuda': '12.8',
  'torch.cuda_initialized': true,
  'torch.deterministic_algorithms': true,
  'torch.cudnn.benchmark': false,
  'torch.threads': 3,
};

function side(
  change: Omit<Partial<ComputeSide>, 'hardware'> & { hardware?: Partial<Hardware> } = {},
): ComputeSide {
  const { hardware, ...rest } = change;
  return { facts: {}, variables: {}, ...rest, hardware: { ...machine, ...hardware } };
}

function packages(...all: string[]): Package[] {
  return all.map(one => ({ name: one.split(' ')[0] ?? '', version: one.split(' ')[1] ?? '' }));
}

const onGpu = (gpu: Gpu, facts: ComputeSide['facts'] = torch, count = 1): ComputeSide =>
  side({ facts, hardware: { gpus: Array.from({ length: count }, () => gpu) } });
const gpusNow = (...gpus: Gpu[]): ComputeSide => side({ hardware: { gpus } });

/** The rules that object, by name. */
const table: readonly {
  title: string;
  original: ComputeSide;
  now: ComputeSide;
  rules: string[];
  text?: RegExp;
}[] = [
  { title: 'the same machine', original: side({ facts: numpy }), now: side(), rules: [] },
  { title: 'the same GPU, everything deterministic', original: onGpu(a100), now: gpusNow(a100), rules: [] },
  {
    title: 'no GPU any more',
    original: onGpu(a100),
    now: side(),
    rules: ['gpu-missing'],
    text: /It computed on NVIDIA A100/,
  },
  {
    title: 'no GPU any more, that a program which could not be asked may have used',
    original: onGpu(a100, {}),
    now: side(),
    rules: ['gpu-missing'],
    text: /It may have computed on/,
  },
  { title: 'no GPU any more, which was not used', original: onGpu(a100, numpy), now: side(), rules: [] },
  {
    title: 'a GPU of another maker',
    original: onGpu(a100),
    now: gpusNow(mi300),
    rules: ['gpu-vendor', 'gpu-random-numbers'],
  },
  {
    title: 'another architecture',
    original: onGpu(a100),
    now: gpusNow(h100),
    rules: ['gpu-architecture', 'gpu-random-numbers'],
    text: /compute capability 8\.0 → 9\.0/,
  },
  {
    title: 'the same architecture with other multiprocessors',
    original: onGpu(h100),
    now: gpusNow(h100pcie),
    rules: ['gpu-multiprocessors', 'gpu-random-numbers'],
    text: /132 → 114 multiprocessors/,
  },
  {
    title: 'another model with equal architecture and multiprocessors',
    original: onGpu(h100),
    now: gpusNow(h200),
    rules: [],
  },
  {
    title: 'the number of multiprocessors that the program itself saw',
    original: onGpu(
      { ...h100, name: 'NVIDIA X' },
      { ...torch, 'torch.cuda_multiprocessors': '132', 'torch.cuda_threads': '2048' },
    ),
    now: gpusNow(h200),
    rules: [],
  },
  {
    title: 'a part of the same GPU',
    original: onGpu(h100),
    now: gpusNow({ ...h100, mig: true }),
    rules: ['gpu-multiprocessors'],
    text: /in parts \(MIG\)/,
  },
  {
    title: 'several kinds here, among them the same',
    original: onGpu(a100),
    now: gpusNow(t4, a100),
    rules: [],
  },
  {
    title: 'fewer GPUs',
    original: onGpu(a100, { ...torch, 'torch.cuda_devices': 4 }, 4),
    now: gpusNow(a100),
    rules: ['gpu-count'],
    text: /4 GPUs, and here is 1.*if it runs at all/,
  },
  {
    title: 'TF32 that is not here',
    original: onGpu(a100, { ...torch, 'torch.matmul.allow_tf32': true }),
    now: gpusNow(t4),
    rules: ['gpu-architecture', 'gpu-random-numbers', 'tf32'],
  },
  {
    title: 'another driver, and nobody knows of which toolkit',
    original: onGpu(a100, {}),
    now: gpusNow({ ...a100, driver: '580.2' }),
    rules: ['gpu-driver'],
  },
  {
    title: 'another driver under the same toolkit',
    original: onGpu(a100),
    now: gpusNow({ ...a100, driver: '580.2' }),
    rules: [],
  },
  {
    title: 'PyTorch without deterministic algorithms',
    original: onGpu(a100, { ...torch, 'torch.deterministic_algorithms': false }),
    now: gpusNow(a100),
    rules: ['torch-deterministic-algorithms'],
  },
  {
    title: 'PyTorch that only warned',
    original: onGpu(a100, { ...torch, 'torch.deterministic_warn_only': true }),
    now: gpusNow(a100),
    rules: ['torch-deterministic-algorithms'],
    text: /only warned/,
  },
  {
    title: 'PyTorch without deterministic algorithms on the processor',
    original: side({
      facts: { ...torch, 'torch.cuda_initialized': false, 'torch.deterministic_algorithms': false },
    }),
    now: side(),
    rules: [],
  },
  {
    title: 'convolutions measured anew',
    original: onGpu(a100, { ...torch, 'torch.cudnn.benchmark': true }),
    now: gpusNow(a100),
    rules: ['cudnn-benchmark'],
  },
  {
    title: 'TensorFlow without determinism on a GPU',
    original: onGpu(a100, {
      'tensorflow.version': '2.16',
      'tensorflow.gpu_build': true,
      'tensorflow.op_determinism': false,
    }),
    now: gpusNow(a100),
    rules: ['tensorflow-op-determinism'],
  },
  {
    title: 'JAX without determinism on a GPU',
    original: { ...onGpu(a100, { 'jax.version': '0.6' }), packages: packages('jax-cuda12-plugin 0.6') },
    now: gpusNow(a100),
    rules: ['xla-deterministic-ops'],
  },
  {
    title: 'JAX with determinism on a GPU',
    original: {
      ...onGpu(a100, { 'jax.version': '0.6' }),
      ...{
        packages: packages('jax-cuda12-plugin 0.6'),
        variables: { XLA_FLAGS: '--xla_gpu_deterministic_ops=true' },
      },
    },
    now: { ...gpusNow(a100), variables: { XLA_FLAGS: '--xla_gpu_deterministic_ops=true' } },
    rules: [],
  },
  {
    title: 'a thread count that is set to another value',
    original: side({ facts: numpy, variables: { OMP_NUM_THREADS: '1' } }),
    now: side({ variables: { OMP_NUM_THREADS: '2' } }),
    rules: ['determinism-variables'],
    text: /OMP_NUM_THREADS 1 → 2/,
  },
  {
    title: 'another platform',
    original: side({ facts: numpy }),
    now: side({ hardware: { kernel: 'Darwin 24.0 arm64', libc: undefined } }),
    rules: ['platform'],
  },
  {
    title: 'a processor without AVX-512',
    original: side({ facts: numpy, hardware: { cpuFlags: [...flags, 'avx512f'] } }),
    now: side(),
    rules: ['vector-instructions'],
    text: /lacks avx512f: OpenBLAS chooses other kernels/,
  },
  {
    title: 'a processor without AVX-512, for pure Python',
    original: side({
      facts: { 'python.hash_randomization': true },
      hardware: { cpuFlags: [...flags, 'avx512f'] },
    }),
    now: side(),
    rules: [],
  },
  {
    title: 'a processor without FMA, for pure Python',
    original: side({ facts: { 'python.hash_randomization': true } }),
    now: side({ hardware: { cpuFlags: flags.filter(flag => flag !== 'fma') } }),
    rules: ['vector-instructions'],
    text: /functions like exp/,
  },
  {
    title: 'another model of processor with the same instructions',
    original: side({ facts: numpy }),
    now: side({ hardware: { cpuModel: 'Xeon 8481C' } }),
    rules: ['processor-model'],
    text: /OpenBLAS may choose/,
  },
  {
    title: 'another model of processor with the kernel pinned',
    original: side({ facts: numpy, variables: { OPENBLAS_CORETYPE: 'Haswell' } }),
    now: side({ hardware: { cpuModel: 'Xeon 8481C' }, variables: { OPENBLAS_CORETYPE: 'Haswell' } }),
    rules: [],
  },
  {
    title: 'MKL pinned by MKL_CBWR',
    original: side({
      facts: { 'numpy.version': '1.26', 'blas.threads': 'mkl 4' },
      variables: { MKL_CBWR: 'COMPATIBLE' },
    }),
    now: side({ hardware: { cpuModel: 'Xeon 8481C' }, variables: { MKL_CBWR: 'COMPATIBLE' } }),
    rules: [],
  },
  {
    title: 'MKL that may choose',
    original: side({
      facts: { 'numpy.version': '1.26', 'blas.threads': 'mkl 4' },
      variables: { MKL_CBWR: 'AUTO' },
    }),
    now: side({ hardware: { cpuModel: 'Xeon 8481C' }, variables: { MKL_CBWR: 'AUTO' } }),
    rules: ['processor-model'],
  },
  {
    title: 'another number of cores',
    original: side({ facts: numpy }),
    now: side({ hardware: { logicalCores: 16 } }),
    rules: ['thread-counts'],
    text: /8 → 16 cores: OpenBLAS/,
  },
  {
    title: 'another number of cores, and threads that a variable sets',
    original: side({ facts: numpy, variables: { OPENBLAS_NUM_THREADS: '8' } }),
    now: side({ hardware: { logicalCores: 16 }, variables: { OPENBLAS_NUM_THREADS: '8' } }),
    rules: [],
  },
  {
    title: 'another number of cores, and threads that the program set',
    original: side({
      facts: { ...numpy, 'blas.threads': 'openblas 1', 'torch.version': '2', 'torch.threads': 1 },
    }),
    now: side({ hardware: { logicalCores: 16 } }),
    rules: [],
  },
  {
    title: 'more cores than OpenBLAS has threads for',
    original: side({ facts: { ...numpy, 'blas.threads': 'openblas 64' }, hardware: { logicalCores: 96 } }),
    now: side({ hardware: { logicalCores: 128 } }),
    rules: [],
  },
  {
    title: 'PyTorch that counts cores without their second threads',
    original: side({ facts: { 'torch.version': '2', 'torch.threads': 4 } }),
    now: side({ hardware: { logicalCores: 16 } }),
    rules: ['thread-counts'],
    text: /PyTorch/,
  },
  {
    title: 'fewer cores for this process alone',
    original: side({ facts: numpy, hardware: { availableCores: 8 } }),
    now: side({ hardware: { availableCores: 2 } }),
    rules: ['thread-counts'],
  },
  {
    title: 'another C library',
    original: side(),
    now: side({ hardware: { libc: 'glibc 2.39' } }),
    rules: ['c-library'],
  },
  {
    title: 'another Python',
    original: side({ python: '3.11.7' }),
    now: side({ python: '3.12.1' }),
    rules: ['interpreter'],
  },
  {
    title: 'another implementation of Python',
    original: side({ python: '3.11.7', implementation: 'cpython' }),
    now: side({ python: '3.11.7', implementation: 'pypy' }),
    rules: ['interpreter'],
  },
  {
    title: 'other CUDA libraries in packages',
    original: side({ packages: packages('nvidia-cublas-cu12 12.4', 'nvidia-cudnn-cu12 9.1') }),
    now: side({ packages: packages('nvidia-cublas-cu12 12.8', 'nvidia-cudnn-cu12 9.10') }),
    rules: ['cublas-version', 'cudnn-version'],
  },
  {
    title: 'another numpy',
    original: side({ packages: packages('click 8', 'numpy 1.26.4') }),
    now: side({ packages: packages('click 8.1', 'numpy 2.0.1') }),
    rules: ['numeric-packages'],
    text: /numpy 1\.26\.4 → 2\.0\.1/,
  },
  {
    title: 'another package that computes nothing',
    original: side({ packages: packages('click 8') }),
    now: side({ packages: packages('click 8.1', 'rich 13') }),
    rules: ['other-packages'],
    text: /rich \(not installed\) → 13/,
  },
  {
    title: 'packages that nobody knows',
    original: side(),
    now: side({ packages: packages('numpy 2') }),
    rules: [],
  },
];

describe('closeness', () => {
  for (const { title, original, now, rules, text } of table)
    it(`${title}: ${rules.length === 0 ? 'no objection' : rules.join(', ')}`, () => {
      const objecting = closenessRules.filter(rule => rule.judge(original, now) !== undefined);
      assert.deepEqual(objecting.map(rule => rule.name).sort(), [...rules].sort());
      const limits = limitsOf(original, now);
      if (text !== undefined) assert.match(limits.map(one => one.text).join('\n'), text);
      assert.equal(closenessOf(limits), rules.length === 0 ? 'bit-identical' : 'numerically-close');
    });

  it('has a case for every rule', () => {
    const tested = new Set(table.flatMap(one => one.rules));
    assert.deepEqual(
      closenessRules.map(rule => rule.name).filter(name => !tested.has(name)),
      [],
    );
  });

  it('names the strongest limit first', () => {
    const gone = { ingredient: 'data', closeness: 'not-the-same-run', text: 'x' } as const;
    assert.equal(closenessOf([...limitsOf(onGpu(a100), gpusNow(h100)), gone]), 'not-the-same-run');
  });
});
