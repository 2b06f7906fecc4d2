/**
 * How much a difference between two runs can explain of the divergence that was seen, and why: by what the makers of
 * processors, GPUs and libraries promise, and by the shape of the divergence. Only an order of suspicion: a trial proves.
 */
import type { IngredientName } from '../../runs/verdict.ts';
import type { DivergenceShape } from './divergenceShape.ts';
import { isHarmlessDifference } from './harmlessVariable.ts';

export interface Weight {
  /** From 0, decides no number, to 100, changes every number. */
  readonly weight: number;
  /** Half a sentence, for those that are likely: `other data changes the numbers`. */
  readonly why?: string;
  /** It changes the last bits, as noise does. */
  readonly rounding?: true;
}

/** @param difference One line of the ingredient, as the comparison words it: `numpy 1.26.4 → 2.0.1`. */
export function weighDifference(
  ingredient: IngredientName,
  difference: string,
  shape: DivergenceShape | undefined,
): Weight {
  if ((ingredient === 'environment' || ingredient === 'determinism') && isHarmlessDifference(difference))
    return { weight: 0 };
  const rule = rules[ingredient].find(({ line }) => line.test(difference));
  if (rule === undefined) return { weight: 30 };
  // What changes the order of sums cannot explain a first step that is clearly apart, and explains growth best.
  const fits = rule.kind !== 'rounding' || shape === undefined || shape === 'growing' || shape === 'unclear';
  return {
    weight: fits ? rule.weight : rule.weight / 3,
    ...(fits && rule.why !== undefined ? { why: rule.why } : {}),
    ...(rule.kind === 'rounding' || ingredient === 'hardware' ? { rounding: true as const } : {}),
  };
}

interface Rule {
  readonly line: RegExp;
  readonly weight: number;
  readonly why?: string;
  /** `rounding`: changes the last bits, which a training amplifies. */
  readonly kind?: 'rounding';
}

const anything = /(?:)/;

/** Libraries that compute the numbers, and those that read or prepare the data. */
const numeric =
  /^(numpy|scipy|torch|torch[a-z]+|pytorch-lightning|lightning|tensorflow|tensorflow-.*|keras|jax|jaxlib|jax-.*|flax|optax|triton|xformers|flash[-_]attn|nvidia-.*|cupy.*|numba|mkl|mkl-.*|openblas.*|libopenblas|blas|intel-openmp|scikit-learn|xgboost|lightgbm|catboost|statsmodels|onnxruntime.*|transformers|accelerate|deepspeed|peft|bitsandbytes|timm|sentence-transformers) /i;
const dataLibrary =
  /^(pandas|polars|pyarrow|datasets|tokenizers|sentencepiece|tiktoken|pillow|opencv-.*|imageio|albumentations|librosa|soundfile|av|h5py|zarr|webdataset|nltk|spacy) /i;

const rules: Readonly<Record<IngredientName, readonly Rule[]>> = {
  data: [
    { line: / was read by the (original|reproduction) only$/, weight: 80, why: 'other files were read' },
    { line: anything, weight: 100, why: 'other data gives other numbers' },
  ],
  code: [
    { line: / was changed while the original ran/, weight: 100, why: 'what ran is not what was recorded' },
    { line: anything, weight: 90, why: 'other code ran' },
  ],
  parameters: [
    {
      line: /^(seed\b|(random|numpy\.random|torch|jax\.random|tensorflow)\.\S+ .* → )/i,
      weight: 97,
      why: 'another seed draws other random numbers',
    },
    { line: anything, weight: 95, why: 'another setting was trained with' },
  ],
  determinism: [
    { line: /seed/i, weight: 96, why: 'another seed draws other random numbers' },
    {
      line: /THREADS|^threads\b|^(torch|blas|openmp)\.(interop_)?threads/,
      weight: 70,
      kind: 'rounding',
      why: 'another number of threads adds in another order',
    },
    {
      line: /^(OPENBLAS_CORETYPE|MKL_CBWR|MKL_ENABLE_INSTRUCTIONS|ATEN_CPU_CAPABILITY|blas\.core|torch\.cpu_capability)/,
      weight: 70,
      kind: 'rounding',
      why: 'other kernels of the maths library round in other places',
    },
    {
      line: /^(PYTHONHASHSEED|python\.hash_randomization)/,
      weight: 65,
      why: 'sets and dictionaries of other hashes are walked in another order',
    },
    {
      line: /tf32|TF32|matmul_precision|default_dtype|enable_x64/,
      weight: 80,
      why: 'numbers are computed with another precision',
    },
    {
      line: /CUBLAS|CUDNN|cudnn|deterministic|XLA_|TF_|NCCL/,
      weight: 70,
      kind: 'rounding',
      why: 'without the same setting GPU kernels may add in another order',
    },
    {
      line: /^(torch\.(version|cuda|hip)|numpy\.|jax\.version|tensorflow\.version)/,
      weight: 72,
      why: 'no numerical library promises the same bits across versions',
    },
    { line: anything, weight: 35 },
  ],
  environment: [
    { line: / edited in place: /, weight: 85, why: 'other code of a package ran' },
    { line: numeric, weight: 75, why: 'no numerical library promises the same bits across versions' },
    { line: dataLibrary, weight: 70, why: 'it may read or prepare the data in another way' },
    { line: /^variable \w+, which \S.* names, /, weight: 92, why: 'the program reads it' },
    { line: /^variable (LD_PRELOAD|LD_LIBRARY_PATH|PYTHONPATH)\b/, weight: 50, why: 'other libraries load' },
    { line: /^image /, weight: 60, why: 'everything inside the image may differ' },
    { line: /^(interpreter|implementation) /, weight: 40 },
    { line: /^kind /, weight: 45 },
    { line: /^packages\b/, weight: 60 },
    { line: /^C library /, weight: 35, kind: 'rounding', why: 'its exp and log may round otherwise' },
    { line: /^(system|time zone|locale) |^variable (LANG|LC_\w+|TZ)\b/, weight: 15 },
    // The program itself may read it.
    { line: /^variable /, weight: 32 },
    { line: anything, weight: 20 },
  ],
  hardware: [
    {
      line: /^GPU /,
      weight: 80,
      why: 'cuBLAS and cuDNN give the same bits only on the same GPU architecture and number of multiprocessors',
    },
    { line: /^CUDA /, weight: 65, kind: 'rounding', why: 'CUDA libraries promise no bits across versions' },
    {
      line: /^processor (lacks|also has) /,
      weight: 68,
      kind: 'rounding',
      why: 'the maths library takes other kernels, which changes the last bits',
    },
    {
      line: /^processor /,
      weight: 55,
      kind: 'rounding',
      why: 'the kernel type can change the last bits',
    },
    {
      line: /^cores /,
      weight: 50,
      kind: 'rounding',
      why: 'the number of threads follows the number of cores where nothing sets it',
    },
    { line: /^driver /, weight: 15 },
    { line: anything, weight: 20 },
  ],
};
