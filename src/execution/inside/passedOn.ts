/** Which variables of the person's shell go into a container with a command, and which are the container's alone. */

/**
 * What people set in front of a command to decide numbers, and names no place of this machine. PATH, HOME, locale, proxies,
 * libraries and credentials are the container's own business (`containerEnv`, `remoteEnv`).
 */
const decidesNumbers = new RegExp(
  `^(?:${[
    ...[
      'PYTHONHASHSEED',
      'PYTHONUNBUFFERED',
      'PYTHONOPTIMIZE',
      'PYTHONWARNINGS',
      'PYTHONUTF8',
      'LOCKSTEP_HOOK',
    ],
    ...['OMP_[A-Z0-9_]+', 'KMP_[A-Z0-9_]+', 'MKL_[A-Z0-9_]+', 'OPENBLAS_[A-Z0-9_]+', 'NUMEXPR_[A-Z0-9_]+'],
    ...['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'CUDA_LAUNCH_BLOCKING', 'CUDA_MODULE_LOADING'],
    ...['CUBLAS_WORKSPACE_CONFIG', 'NVIDIA_TF32_OVERRIDE', 'HIP_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES'],
    ...['TF_DETERMINISTIC_OPS', 'TF_CUDNN_DETERMINISTIC', 'TOKENIZERS_PARALLELISM', 'XLA_FLAGS'],
    ...['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE', 'HF_DATASETS_OFFLINE', 'WANDB_MODE'],
  ].join('|')})$`,
);

export function passedOn(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && decidesNumbers.test(entry[0]),
    ),
  );
}
