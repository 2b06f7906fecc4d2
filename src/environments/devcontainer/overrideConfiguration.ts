/**
 * The configuration that a container is really made with: the project's own, whole (an override replaces it), and what
 * belongs to this machine. Invariant: only `runArgs` differ, so that the image is the one that every other tool builds
 * from the same files, and devcontainer.json in git stays portable.
 */
import type { DevcontainerConfig } from './devcontainerSchema.ts';

export interface Additions {
  /** Label → value. */
  readonly labels: Readonly<Record<string, string>>;
  /** Words for `run` that pass GPUs. */
  readonly gpuArgs: readonly string[];
  /** Whether a training with workers is to be expected: a GPU is passed, or the project uses torch. */
  readonly sharedMemory: boolean;
  /** Whether limits of locked memory and stack may be raised: a GPU is passed, and the engine may. */
  readonly raiseLimits: boolean;
  /** Folders of this machine, absolute. */
  readonly mounts: readonly {
    readonly source: string;
    readonly target: string;
    readonly readOnly: boolean;
  }[];
  /** Variables of the container. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What DataLoader workers of torch and NCCL need at least; engines give 64 MB. */
export const defaultSharedMemory = '8g';

export function overrideConfiguration(value: DevcontainerConfig, additions: Additions): DevcontainerConfig {
  const { hostRequirements, ...rest } = value;
  const otherRequirements = Object.fromEntries(
    Object.entries(hostRequirements ?? {}).filter(([name]) => name !== 'gpu'),
  );
  return {
    ...rest,
    // The program would look for GPUs in its own way, and fail with Podman.
    ...(Object.keys(otherRequirements).length === 0 ? {} : { hostRequirements: otherRequirements }),
    runArgs: [...(value.runArgs ?? []), ...addedRunArgs(value.runArgs ?? [], additions)],
  };
}

/** The words that come after those of the project. */
export function addedRunArgs(own: readonly string[], additions: Additions): string[] {
  const words = [...additions.gpuArgs];
  if (additions.sharedMemory && !hasOption(own, '--shm-size') && !hasOption(own, '--ipc'))
    words.push(`--shm-size=${defaultSharedMemory}`);
  if (additions.raiseLimits) {
    if (!hasLimit(own, 'memlock')) words.push('--ulimit', 'memlock=-1');
    if (!hasLimit(own, 'stack')) words.push('--ulimit', 'stack=67108864');
  }
  for (const { source, target, readOnly } of additions.mounts)
    words.push(
      '--mount',
      csv(['type=bind', `source=${source}`, `target=${target}`, ...(readOnly ? ['readonly'] : [])]),
    );
  for (const [name, text] of Object.entries(additions.environment)) words.push('--env', `${name}=${text}`);
  for (const [name, text] of Object.entries(additions.labels)) words.push('--label', `${name}=${text}`);
  return words;
}

export function hasOption(words: readonly string[], option: string): boolean {
  return words.some(word => word === option || word.startsWith(`${option}=`));
}

function hasLimit(words: readonly string[], limit: string): boolean {
  return words.some(
    (word, index) =>
      word.startsWith(`--ulimit=${limit}=`) ||
      (words[index - 1] === '--ulimit' && word.startsWith(`${limit}=`)),
  );
}

/** Engines read `--mount` as one record of comma-separated values. */
function csv(fields: readonly string[]): string {
  return fields.map(field => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}
