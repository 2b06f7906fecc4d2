/** Processor, cores and C library: they choose the kernels, and with the threads the order of every sum. */
import type { Hardware } from '../../../runs/captured.ts';
import type { ClosenessRule } from './closenessRule.ts';
import { isAsked, mathsLibraries, usedMaths } from './computeSide.ts';
import type { ComputeSide } from './computeSide.ts';

const common = { ingredient: 'hardware', closeness: 'numerically-close' } as const;

export const processorRules: readonly ClosenessRule[] = [
  {
    // PyTorch, "Reproducibility": no promise "across PyTorch releases, individual commits, or different platforms".
    ...{ ...common, name: 'platform' },
    judge: (original, now) => {
      const [before, after] = [platformOf(original.hardware), platformOf(now.hardware)];
      return before === undefined || after === undefined || before === after
        ? undefined
        : `${before} → ${after}: no library promises equal bits across platforms.`;
    },
  },
  {
    // numpy (NEP 38, CPU dispatch), OpenBLAS (DYNAMIC_ARCH), MKL, oneDNN and glibc (its FMA variants of exp, log, sin …)
    // choose their kernels by these instructions.
    ...{ ...common, name: 'vector-instructions' },
    judge: (original, now) => {
      const { gone, added } = vectorChanges(original.hardware, now.hardware);
      // Without maths libraries only the C library chooses, by these.
      const pure = usedMaths(original) === 'no';
      const counted = (flags: readonly string[]): string[] =>
        pure ? flags.filter(flag => flag === 'fma' || flag === 'avx2') : [...flags];
      const lacks = counted(gone);
      const has = counted(added);
      if ((lacks.length === 0 && has.length === 0) || isPinned(original)) return undefined;
      const what = [
        ...(lacks.length > 0 ? [`lacks ${short(lacks)}`] : []),
        ...(has.length > 0 ? [`also has ${short(has)}`] : []),
      ].join(' and ');
      return `This processor ${what}: ${pure ? 'the C library computes functions like exp another way' : `${librariesText(original)} other kernels`}.`;
    },
  },
  {
    // OpenBLAS chooses by the model (`OPENBLAS_CORETYPE`), MKL by the maker (`MKL_CBWR`: Intel, "Conditional Numerical
    // Reproducibility"), oneDNN by both. Seen to change the last bits with equal instructions.
    ...{ ...common, name: 'processor-model' },
    judge: (original, now) => {
      const [before, after] = [original.hardware?.cpuModel, now.hardware?.cpuModel];
      if (before === undefined || after === undefined || before === after) return undefined;
      const { gone, added } = vectorChanges(original.hardware, now.hardware);
      if (gone.length + added.length > 0 && !isPinned(original)) return undefined;
      const libraries = mathsLibraries(original);
      const choosing = libraries.filter(name => !pins[name]?.(original.variables));
      if (usedMaths(original) === 'no' || (libraries.length > 0 && choosing.length === 0)) return undefined;
      return `${before} → ${after}: ${choosing.length === 0 ? 'maths libraries' : choosing.join(' and ')} may choose other kernels.`;
    },
  },
  {
    // The number of threads decides where sums are split. Measured: OPENBLAS_NUM_THREADS 1 → 2 changes bits from step 1.
    ...{ ...common, name: 'thread-counts' },
    judge: (original, now) => {
      const [before, after] = [coresOf(original.hardware), coresOf(now.hardware)];
      if (before === undefined || after === undefined || before === after) return undefined;
      if (usedMaths(original) === 'no') return undefined;
      const changed = threadedLibraries(original, now, before, after);
      return changed.length === 0
        ? undefined
        : `${before} → ${after} cores: ${changed.join(' and ')} will use another number of threads, which changes the order of sums. Set OMP_NUM_THREADS to keep it.`;
    },
  },
  {
    // glibc manual, "Known Maximum Errors in Math Functions": other versions round some results otherwise.
    ...{ ingredient: 'environment', closeness: 'numerically-close', name: 'c-library' },
    judge: (original, now) => {
      const [before, after] = [original.hardware?.libc, now.hardware?.libc];
      return before === undefined || after === undefined || before === after
        ? undefined
        : `${before} → ${after}: functions like exp may be rounded otherwise.`;
    },
  },
];

/** Libraries that do not choose by the processor where these are set (they are set again in a reproduction). */
const pins: Readonly<Record<string, (variables: ComputeSide['variables']) => boolean>> = {
  OpenBLAS: variables => isSet(variables['OPENBLAS_CORETYPE']),
  MKL: variables => isSet(variables['MKL_CBWR']) && !/^(?:AUTO|OFF)/i.test(variables['MKL_CBWR'] ?? ''),
};

/** Every maths library that was loaded is told which kernels to use, and numpy is told to choose none of its own. */
function isPinned(original: ComputeSide): boolean {
  const libraries = mathsLibraries(original);
  return (
    libraries.length > 0 &&
    isSet(original.variables['NPY_DISABLE_CPU_FEATURES']) &&
    libraries.every(name => pins[name]?.(original.variables) === true)
  );
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

function librariesText(original: ComputeSide): string {
  const names = mathsLibraries(original);
  if (names.length === 0) return 'maths libraries choose';
  return names.length === 1 ? `${names[0] ?? ''} chooses` : `${names.join(' and ')} choose`;
}

function platformOf(hardware: Hardware | undefined): string | undefined {
  const words = hardware?.kernel?.trim().split(/\s+/) ?? [];
  const [system] = words;
  const machine = words.at(-1);
  return system === undefined || machine === undefined || words.length < 2
    ? undefined
    : `${system} ${machine}`;
}

const vector = /^(?:sse4|ssse3|avx|fma|amx|f16c|asimd|sve|neon|bf16|i8mm)/;

function vectorChanges(
  before: Hardware | undefined,
  after: Hardware | undefined,
): { gone: string[]; added: string[] } {
  if (before?.cpuFlags === undefined || after?.cpuFlags === undefined) return { gone: [], added: [] };
  const first = new Set(before.cpuFlags.filter(flag => vector.test(flag)));
  const second = new Set(after.cpuFlags.filter(flag => vector.test(flag)));
  return {
    gone: [...first].filter(flag => !second.has(flag)),
    added: [...second].filter(flag => !first.has(flag)),
  };
}

function short(flags: readonly string[]): string {
  return flags.length > 4 ? `${flags.slice(0, 4).join(', ')} and ${flags.length - 4} more` : flags.join(', ');
}

/** Cores that a process may use, which is what libraries count. */
function coresOf(hardware: Hardware | undefined): number | undefined {
  const available = hardware?.['availableCores'];
  return typeof available === 'number' ? available : hardware?.logicalCores;
}

/** Those whose number of threads follows from the cores: no variable sets it, and the program did not. */
function threadedLibraries(original: ComputeSide, now: ComputeSide, before: number, after: number): string[] {
  const set = (...names: string[]): boolean => names.some(name => isSet(now.variables[name]));
  if (!isAsked(original.facts)) return set('OMP_NUM_THREADS') ? [] : ['maths libraries'];
  const found: string[] = [];
  const blas = textOf(original.facts['blas.threads']);
  for (const [name, sign, variables] of [
    ['OpenBLAS', 'openblas', ['OPENBLAS_NUM_THREADS', 'GOTO_NUM_THREADS', 'OMP_NUM_THREADS']],
    ['MKL', 'mkl', ['MKL_NUM_THREADS', 'OMP_NUM_THREADS']],
    ['BLIS', 'blis', ['BLIS_NUM_THREADS', 'OMP_NUM_THREADS']],
  ] as const) {
    const count = Number(new RegExp(`${sign} (\\d+)`).exec(blas)?.[1]);
    if (followsCores(count, before, after) && !set(...variables)) found.push(name);
  }
  const torch = original.facts['torch.threads'];
  if (
    typeof torch === 'number' &&
    followsCores(torch, before, after) &&
    !set('OMP_NUM_THREADS', 'MKL_NUM_THREADS')
  )
    found.push('PyTorch');
  const openmp = Number(/(\d+)/.exec(textOf(original.facts['openmp.threads']))?.[1]);
  if (followsCores(openmp, before, after) && !set('OMP_NUM_THREADS')) found.push('OpenMP');
  // XLA and TensorFlow use every core, whatever is set.
  for (const [fact, name] of [
    ['jax.version', 'JAX'],
    ['tensorflow.version', 'TensorFlow'],
  ] as const)
    if (Object.hasOwn(original.facts, fact)) found.push(name);
  // numpy alone was seen, as by earlier versions: which library it multiplies with is not known.
  if (
    found.length === 0 &&
    blas === '' &&
    Object.hasOwn(original.facts, 'numpy.version') &&
    !set('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS')
  )
    found.push('numpy');
  return found;
}

/** OpenBLAS as it is shipped stops at 64; PyTorch counts cores without their second threads. */
function followsCores(count: number, before: number, after: number): boolean {
  if (!Number.isFinite(count)) return false;
  if (count === Math.min(before, 64)) return Math.min(after, 64) !== count;
  return before % 2 === 0 && count === before / 2 && count > 1;
}

function textOf(fact: string | number | boolean | null | undefined): string {
  return fact === undefined || fact === null ? '' : String(fact);
}
