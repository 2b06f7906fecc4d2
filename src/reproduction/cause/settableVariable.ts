/**
 * Which variables a trial may set from a record: those that decide numbers. Invariant: none of them names a file or a
 * library to load, and none is read by a shell, a loader or Python before the program.
 */

/** `name` as a record names it; `value` undefined: to be taken away. */
export function isSettableVariable(name: string, value: string | undefined): boolean {
  if (!names.test(name) || name.startsWith('OMP_TOOL')) return false;
  // Some of them lead to a file: MKL_VERBOSE_OUTPUT_FILE.
  return value === undefined || (/^[\w .,:;=+@{}()-]*$/.test(value) && !name.endsWith('_FILE'));
}

const names =
  /^(OMP_\w+|GOMP_CPU_AFFINITY|GOMP_SPINCOUNT|KMP_(AFFINITY|BLOCKTIME|DETERMINISTIC_REDUCTION|FORCE_REDUCTION|HW_SUBSET|NUM_THREADS)|MKL_\w+|OPENBLAS_\w+|GOTO_NUM_THREADS|BLIS_\w+|VECLIB_MAXIMUM_THREADS|NUMEXPR_(NUM|MAX)_THREADS|PYTHONHASHSEED|ATEN_CPU_CAPABILITY|CUBLAS_WORKSPACE_CONFIG|CUBLASLT_WORKSPACE_SIZE|CUDA_(VISIBLE_DEVICES|DEVICE_ORDER|LAUNCH_BLOCKING)|HIP_VISIBLE_DEVICES|ROCR_VISIBLE_DEVICES|NVIDIA_TF32_OVERRIDE|TORCH_ALLOW_TF32_CUBLAS_OVERRIDE|TF_(DETERMINISTIC_OPS|CUDNN_DETERMINISTIC|CUDNN_USE_AUTOTUNE|CUDNN_USE_FRONTEND|ENABLE_ONEDNN_OPTS|NUM_INTEROP_THREADS|NUM_INTRAOP_THREADS)|JAX_(ENABLE_X64|DEFAULT_MATMUL_PRECISION|DEFAULT_PRNG_IMPL|THREEFRY_PARTITIONABLE|NUM_CPU_DEVICES)|NCCL_(ALGO|PROTO|MIN_NCHANNELS|MAX_NCHANNELS)|(ONEDNN|DNNL)_(MAX_CPU_ISA|CPU_ISA_HINTS|DEFAULT_FPMATH_MODE)|TOKENIZERS_PARALLELISM|LANG|LANGUAGE|LC_\w+|TZ)$/;
