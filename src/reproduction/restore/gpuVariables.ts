/** How a program is told which GPU to use: by the variable that it was told with before, else by CUDA's, which ROCm honours. */
import type { Plan } from '../../runs/plan.ts';

/** Empty without a choice. @param gpu A UUID or an index. */
export function gpuVariables(gpu: string | undefined, plan: Plan): Record<string, string> {
  if (gpu === undefined) return {};
  const told = ['HIP_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES'].filter(
    name => plan.variables[name] !== undefined,
  );
  return Object.fromEntries((told.length === 0 ? ['CUDA_VISIBLE_DEVICES'] : told).map(name => [name, gpu]));
}
