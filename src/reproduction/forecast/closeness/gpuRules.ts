/** What differs between the GPUs of the original and of this machine, and what NVIDIA's libraries promise across it. */
import type { Hardware } from '../../../runs/captured.ts';
import type { ClosenessRule } from './closenessRule.ts';
import { usedGpu } from './computeSide.ts';
import type { ComputeSide } from './computeSide.ts';
import { multiprocessorsOf, threadsPerMultiprocessor } from './gpuModels.ts';

type Gpu = Hardware['gpus'][number];

const common = { ingredient: 'hardware', closeness: 'numerically-close' } as const;

export const gpuRules: readonly ClosenessRule[] = [
  {
    // Kernels of the processor sum in another order: no library promises equal bits between GPU and processor.
    ...{ ...common, name: 'gpu-missing' },
    judge: (original, now) =>
      usedGpu(original) !== 'no' && now.hardware?.gpus.length === 0
        ? `${computed(original)} on ${gpusText(original)}, and here is no GPU: on the processor no sum has the same order, if it runs at all.`
        : undefined,
  },
  {
    ...{ ...common, name: 'gpu-vendor' },
    judge: bothHaveGpus((before, after) =>
      vendorOf(before) !== vendorOf(after)
        ? `${before.name} → ${after.name}: other libraries compute on it.`
        : undefined,
    ),
  },
  {
    // cuBLAS, "Results Reproducibility": the same toolkit, architecture and number of multiprocessors. cuDNN,
    // "Reproducibility (Determinism)": "Across different architectures, no cuDNN routines guarantee bit-wise
    // reproducibility."
    ...{ ...common, name: 'gpu-architecture' },
    judge: bothHaveGpus((before, after) =>
      vendorOf(before) === vendorOf(after) && capabilitiesDiffer(before, after)
        ? `${before.name} → ${after.name}: cuBLAS and cuDNN give no equal bits across architectures (compute capability ${before.computeCapability ?? 'unknown'} → ${after.computeCapability ?? 'unknown'}).`
        : undefined,
    ),
  },
  {
    // cuBLAS, "Results Reproducibility": "… the same bit-wise results at every run when executed on GPUs with the same
    // architecture and the same number of SMs."
    ...{ ...common, name: 'gpu-multiprocessors' },
    judge: bothHaveGpus((before, after, original, now) => {
      if (vendorOf(before) !== vendorOf(after) || capabilitiesDiffer(before, after)) return undefined;
      const [one, other] = [multiprocessors(before, original), multiprocessors(after, now)];
      if (before['mig'] !== after['mig'] && (before['mig'] === true || after['mig'] === true))
        return `${before.name} ${before['mig'] === true ? 'in parts (MIG) → whole' : 'whole → in parts (MIG)'}: cuBLAS gives equal bits only for the same number of multiprocessors.`;
      if (before.name === after.name) return undefined;
      if (one !== undefined && one === other) return undefined;
      return `${before.name} → ${after.name}${one === undefined || other === undefined ? '' : `, ${one} → ${other} multiprocessors`}: cuBLAS gives equal bits only for the same number of them.`;
    }),
  },
  {
    // The generators of PyTorch deal out random numbers by the size of the launch, which follows from multiprocessors ×
    // threads of each: pytorch issue 194676 (T4 and L4 agree up to 40,960 elements), 25690 (dropout).
    ...{ ...common, name: 'gpu-random-numbers' },
    judge: bothHaveGpus((before, after, original, now) => {
      if (original.facts['torch.cuda_initialized'] !== true || before.name === after.name) return undefined;
      const [one, other] = [launchSize(before, original), launchSize(after, now)];
      if (one !== undefined && one === other) return undefined;
      return `${before.name} → ${after.name}: random numbers that are drawn on the GPU (dropout, initial weights) are other ones in large tensors.`;
    }),
  },
  {
    // Sums over GPUs (NCCL) and batches have another shape: no promise anywhere.
    ...{ ...common, name: 'gpu-count' },
    judge: (original, now) => {
      const before = countUsed(original);
      const after = now.hardware?.gpus.length ?? 0;
      if (usedGpu(original) === 'no' || before === undefined || before < 2 || after === 0) return undefined;
      // More than it saw are no matter where it is told which to use.
      if (after === before || (after > before && visible(original) !== undefined)) return undefined;
      return `It saw ${before} GPUs, and here ${after === 1 ? 'is 1' : `are ${after}`}: gradients are summed in another order${after < before ? ', if it runs at all' : ''}.`;
    },
  },
  {
    // TF32: PyTorch, "TensorFloat-32 (TF32) on Ampere (and later) devices". About ten bits of the mantissa are left.
    ...{ ...common, name: 'tf32' },
    judge: bothHaveGpus((before, after, { facts, variables }) => {
      const has = ({ computeCapability }: Gpu): boolean | undefined =>
        computeCapability === undefined ? undefined : Number.parseFloat(computeCapability) >= 8;
      const asked =
        variables['NVIDIA_TF32_OVERRIDE'] !== '0' &&
        (facts['torch.matmul.allow_tf32'] === true ||
          facts['torch.cudnn.allow_tf32'] === true ||
          facts['tensorflow.tf32'] === true);
      return asked && has(before) !== undefined && has(after) !== undefined && has(before) !== has(after)
        ? `It allowed TF32, which ${has(before) === true ? before.name : after.name} has and ${has(before) === true ? after.name : before.name} has not: products differ from the third digit on.`
        : undefined;
    }),
  },
  {
    // Where neither packages nor the framework tell which CUDA libraries were used, they may have come with the driver.
    ...{ ...common, name: 'gpu-driver' },
    judge: bothHaveGpus((before, after, original, now) => {
      const toolkit =
        typeof original.facts['torch.cuda'] === 'string' ||
        typeof original.facts['torch.hip'] === 'string' ||
        (original.packages ?? []).some(one => /^nvidia[-_]cublas/i.test(one.name));
      const [one, other] = [original.hardware?.driver ?? before.driver, now.hardware?.driver ?? after.driver];
      return !toolkit && one !== undefined && other !== undefined && one !== other
        ? `GPU driver ${one} → ${other}, and which CUDA libraries the run used is not recorded: cuBLAS gives equal bits only within one toolkit.`
        : undefined;
    }),
  },
];

function bothHaveGpus(
  judge: (before: Gpu, after: Gpu, original: ComputeSide, now: ComputeSide) => string | undefined,
): ClosenessRule['judge'] {
  return (original, now) => {
    const [before] = original.hardware?.gpus ?? [];
    // The one that is most like it: a machine may have several kinds.
    const here = now.hardware?.gpus ?? [];
    const after = here.find(gpu => gpu.name === before?.name) ?? here[0];
    if (before === undefined || after === undefined || usedGpu(original) === 'no') return undefined;
    return judge(before, after, original, now);
  };
}

function computed(original: ComputeSide): string {
  return usedGpu(original) === 'yes' ? 'It computed' : 'It may have computed';
}

function gpusText({ hardware }: ComputeSide): string {
  const names = [...new Set((hardware?.gpus ?? []).map(gpu => gpu.name))];
  return names.length === 0 ? 'a GPU' : names.slice(0, 3).join(' and ');
}

function vendorOf(gpu: Gpu): string {
  return gpu.vendor ?? (/amd|radeon|instinct/i.test(gpu.name) ? 'amd' : 'nvidia');
}

/** What is unknown on a side is told by the names. */
function capabilitiesDiffer(before: Gpu, after: Gpu): boolean {
  if (before.computeCapability === undefined || after.computeCapability === undefined)
    return before.name !== after.name;
  return before.computeCapability !== after.computeCapability;
}

function multiprocessors(gpu: Gpu, side: ComputeSide): number | undefined {
  return firstNumber(side.facts['torch.cuda_multiprocessors']) ?? multiprocessorsOf(gpu.name);
}

function launchSize(gpu: Gpu, side: ComputeSide): number | undefined {
  const count = multiprocessors(gpu, side);
  const each =
    firstNumber(side.facts['torch.cuda_threads']) ?? threadsPerMultiprocessor(gpu.computeCapability);
  return count === undefined || each === undefined ? undefined : count * each;
}

function firstNumber(fact: string | number | boolean | null | undefined): number | undefined {
  const text = typeof fact === 'number' ? String(fact) : typeof fact === 'string' ? fact : '';
  const value = Number.parseInt(text, 10);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function countUsed({ facts, hardware }: ComputeSide): number | undefined {
  const seen = facts['torch.cuda_devices'];
  return typeof seen === 'number' ? seen : hardware?.gpus.length;
}

function visible({ variables }: ComputeSide): string | undefined {
  return variables['CUDA_VISIBLE_DEVICES'] ?? variables['HIP_VISIBLE_DEVICES'];
}
