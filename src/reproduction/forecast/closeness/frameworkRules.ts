/** What the frameworks promise of two executions on the same GPU, by the switches that the program had set. */
import type { ClosenessRule } from './closenessRule.ts';
import { usedGpu } from './computeSide.ts';

const common = { ingredient: 'determinism', closeness: 'numerically-close' } as const;

export const frameworkRules: readonly ClosenessRule[] = [
  {
    // PyTorch, "Reproducibility": without use_deterministic_algorithms operations may add with atomics, in any order.
    ...{ ...common, name: 'torch-deterministic-algorithms' },
    judge: ({ facts }) => {
      if (facts['torch.cuda_initialized'] !== true) return undefined;
      if (facts['torch.deterministic_algorithms'] === true)
        return facts['torch.deterministic_warn_only'] === true
          ? 'PyTorch only warned of operations that are not deterministic on the GPU: two executions may differ.'
          : undefined;
      return facts['torch.deterministic_algorithms'] === false
        ? 'torch.use_deterministic_algorithms was off: on the GPU two executions of PyTorch may differ.'
        : undefined;
    },
  },
  {
    // PyTorch, "Reproducibility", "CUDA convolution benchmarking": the fastest algorithm is measured anew each time.
    ...{ ...common, name: 'cudnn-benchmark' },
    judge: ({ facts }) =>
      facts['torch.cuda_initialized'] === true && facts['torch.cudnn.benchmark'] === true
        ? 'torch.backends.cudnn.benchmark was on: which algorithm a convolution uses is measured anew each time.'
        : undefined,
  },
  {
    // TensorFlow, tf.config.experimental.enable_op_determinism: without it operations may be nondeterministic.
    ...{ ...common, name: 'tensorflow-op-determinism' },
    judge: original =>
      usedGpu(original) !== 'no' &&
      original.facts['tensorflow.op_determinism'] === false &&
      !isOn(original.variables['TF_DETERMINISTIC_OPS'])
        ? 'tf.config.experimental.enable_op_determinism was not called: on the GPU two executions of TensorFlow may differ.'
        : undefined,
  },
  {
    // XLA, xla_gpu_deterministic_ops (which includes xla_gpu_exclude_nondeterministic_ops): openxla issue 12520.
    ...{ ...common, name: 'xla-deterministic-ops' },
    judge: original => {
      if (!Object.hasOwn(original.facts, 'jax.version') || usedGpu(original) === 'no') return undefined;
      const flags = original.variables['XLA_FLAGS'] ?? '';
      return /--xla_gpu_(?:deterministic_ops|exclude_nondeterministic_ops)(?:=(?:true|1)|\s|$)/i.test(flags)
        ? undefined
        : 'XLA_FLAGS held no --xla_gpu_deterministic_ops=true: on the GPU two executions of JAX may differ.';
    },
  },
  {
    // What these variables choose (threads, kernels, algorithms, precision) decides the order of sums.
    ...{ ...common, name: 'determinism-variables' },
    judge: (original, now) => {
      const names = [...new Set([...Object.keys(original.variables), ...Object.keys(now.variables)])].filter(
        name => decisive.test(name) && original.variables[name] !== now.variables[name],
      );
      const shown = names
        .sort()
        .map(
          name =>
            `${name} ${original.variables[name] ?? '(not set)'} → ${now.variables[name] ?? '(not set)'}`,
        );
      return names.length === 0 ? undefined : `${shown.join(', ')}: sums may be made in another order.`;
    },
  },
];

const decisive =
  /^(?:OMP_.*|GOMP_.*|KMP_.*|MKL_.*|OPENBLAS_.*|GOTO_NUM_THREADS|BLIS_.*|VECLIB_.*|NUMEXPR_.*|ATEN_CPU_CAPABILITY|ONEDNN_.*|DNNL_.*|NPY_DISABLE_CPU_FEATURES|CUBLAS.*|CUDNN_.*|NVIDIA_TF32_OVERRIDE|NCCL_.*|XLA_FLAGS|TF_.*|TORCH_.*|JAX_.*|PYTHONHASHSEED|GLIBC_TUNABLES)$/;

function isOn(value: string | undefined): boolean {
  return value === '1' || value?.toLowerCase() === 'true';
}
