/** What decides the bits of a computation, of the original or of this machine as it is now. */
import type { Hardware, Package } from '../../../runs/captured.ts';

export interface ComputeSide {
  readonly hardware?: Hardware | undefined;
  /** Settings read from the libraries of a program at its end; empty where nobody was asked, as now. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  /** Variables whose values are recorded. */
  readonly variables: Readonly<Record<string, string>>;
  /** Undefined where they are not known, or where they come with an image and are the same for sure. */
  readonly packages?: readonly Package[] | undefined;
  /** Version of the interpreter. */
  readonly python?: string | undefined;
  readonly implementation?: string | undefined;
}

export type Likelihood = 'yes' | 'maybe' | 'no';

/** Whether the run computed on a GPU, as far as its record tells. */
export function usedGpu({ hardware, facts, packages }: ComputeSide): Likelihood {
  if (facts['torch.cuda_initialized'] === true) return 'yes';
  if ((hardware?.gpus ?? []).length === 0) return 'no';
  if (!isAsked(facts)) return 'maybe';
  if (facts['tensorflow.gpu_build'] === true) return 'maybe';
  const installed = (pattern: RegExp): boolean => (packages ?? []).some(one => pattern.test(one.name));
  if (Object.hasOwn(facts, 'jax.version') && installed(/^jax[-_](?:cuda|rocm)/i)) return 'maybe';
  // These tell nothing of themselves.
  return installed(/^(?:cupy|pycuda|cudf|cuml|mxnet|paddlepaddle[-_]gpu|tinygrad)/i) ? 'maybe' : 'no';
}

/** Whether it computed with libraries that choose kernels and threads by the processor. */
export function usedMaths({ facts, packages }: ComputeSide): Likelihood {
  const names = ['numpy', 'torch', 'jax', 'tensorflow', 'blas', 'openmp', 'threads'];
  if (Object.keys(facts).some(fact => names.includes(fact.split('.', 1)[0] ?? ''))) return 'yes';
  if (isAsked(facts)) return 'no';
  return packages === undefined || packages.some(one => isNumeric(one.name)) ? 'maybe' : 'no';
}

/** Names of the maths libraries that were loaded: `OpenBLAS`, `MKL`, `PyTorch`. */
export function mathsLibraries({ facts }: ComputeSide): string[] {
  const blas = [facts['blas.threads'], facts['blas.core'], facts['numpy.blas'], facts['threads']]
    .filter(text => typeof text === 'string')
    .join(' ')
    .toLowerCase();
  return [
    ...(blas.includes('openblas') ? ['OpenBLAS'] : []),
    ...(blas.includes('mkl') ? ['MKL'] : []),
    ...(blas.includes('blis') ? ['BLIS'] : []),
    ...(Object.hasOwn(facts, 'torch.version') ? ['PyTorch'] : []),
    ...(Object.hasOwn(facts, 'jax.version') ? ['JAX'] : []),
    ...(Object.hasOwn(facts, 'tensorflow.version') ? ['TensorFlow'] : []),
  ];
}

/** A program that was killed, or is no Python, could not be asked. */
export function isAsked(facts: ComputeSide['facts']): boolean {
  return Object.keys(facts).length > 0;
}

/** Packages whose version decides values; of others a change is told, but expected to change none. */
export function isNumeric(name: string): boolean {
  return numeric.test(name);
}

const numeric =
  /^(?:numpy|scipy|pandas|polars|pyarrow|scikit[-_]learn|scikit[-_]image|statsmodels|numba|llvmlite|mkl.*|intel[-_]openmp|blis|threadpoolctl|torch.*|pytorch[-_].*|lightning.*|functorch|triton|xformers|flash[-_]attn.*|bitsandbytes|deepspeed|apex|accelerate|transformers|tokenizers|datasets|diffusers|peft|timm|sentencepiece|tensorflow.*|keras.*|jax.*|flax|optax|orbax.*|xgboost|lightgbm|catboost|cupy.*|cudf.*|cuml.*|nvidia[-_].*|onnx.*|opencv.*|pillow|torchvision|torchaudio|gymnasium|gym|stable[-_]baselines3|einops|mxnet|paddlepaddle.*)$/i;
