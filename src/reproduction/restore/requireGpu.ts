/** Whether the GPU that was asked for is one of this machine: a program that finds none goes on without, and says nothing. */
import { LockstepError } from '../../base/lockstepError.ts';
import { chooseGpus, uuidOf } from '../../environments/gpu/chooseGpus.ts';
import { detectGpus, type DetectGpusOptions } from '../../environments/gpu/detectGpus.ts';
import { gpuNotPassed } from '../../environments/gpu/errors.ts';
import type { Plan } from '../../runs/plan.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';

/**
 * Resolves with the choice in words that CUDA understands: a part of a card (`0:1`) by its UUID. Rejects with `gpu-unknown`, with what keeps the GPUs of this machine from being seen, or when aborted. What an engine
 * on another machine has is not looked at.
 */
export async function requireGpu(
  { gpu, environment = 'recorded' }: Partial<Pick<ReproductionOptions, 'gpu' | 'environment'>>,
  plan: Plan,
  options: DetectGpusOptions,
): Promise<string | undefined> {
  if (gpu === undefined) return undefined;
  const container = environment === 'recorded' ? plan.environment.container : undefined;
  const engine = options.variables?.['DOCKER_HOST'] ?? container?.endpoint ?? '';
  if (container !== undefined && /^(?:tcp|ssh|https?):/.test(engine)) return gpu;
  const host = await detectGpus(options);
  const [problem] = host.problems.filter(({ code }) => !code.startsWith('cdi-'));
  if (host.gpus.length === 0 && problem !== undefined) throw gpuNotPassed(problem);
  try {
    const devices = gpu.split(',');
    const chosen = chooseGpus(host, { want: 'required', devices });
    const byPart = 'gpus' in chosen && devices.some(word => word.includes(':'));
    return byPart ? chosen.gpus.map(one => uuidOf(one) ?? String(one.gpu.index)).join(',') : gpu;
  } catch (error) {
    // CUDA itself takes the first part of a divided card by the card's name.
    const divided = error instanceof LockstepError && error.code === 'mig-device-needed';
    if (!divided || container !== undefined) throw error;
    return gpu;
  }
}
