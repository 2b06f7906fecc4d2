/** Which GPUs a devcontainer asks for: by `hostRequirements.gpu` (portable, in git), by a choice of this person, or by its own runArgs. */
import type { GpuRequest } from '../gpu/gpuHost.ts';
import type { DevcontainerConfig } from './devcontainerSchema.ts';

/** A choice of this person on this machine: UUIDs or indexes, or none at all. */
export type GpuChoice = readonly string[] | 'none';

export interface AskedGpus {
  readonly request: GpuRequest;
  /** `runArgs` that pass GPUs themselves are left as they are, and nothing is added. */
  readonly by: 'nothing' | 'hostRequirements' | 'choice' | 'runArgs';
}

export function askedGpus(value: DevcontainerConfig, choice?: GpuChoice): AskedGpus {
  if (passesGpus(value.runArgs ?? [])) return { request: { want: 'none' }, by: 'runArgs' };
  if (choice === 'none') return { request: { want: 'none' }, by: 'choice' };
  if (choice !== undefined && choice.length > 0)
    return { request: { want: 'required', devices: choice }, by: 'choice' };
  const gpu = value.hostRequirements?.gpu;
  if (gpu === undefined || gpu === false) return { request: { want: 'none' }, by: 'nothing' };
  return { request: { want: gpu === 'optional' ? 'optional' : 'required' }, by: 'hostRequirements' };
}

/** Whether these words of `run` hand over a GPU. */
export function passesGpus(runArgs: readonly string[]): boolean {
  return runArgs.some((word, index) => {
    if (/^--gpus(?:=|\s|$)/.test(word)) return true;
    const device = /^--device[=\s](.*)$/.exec(word)?.[1] ?? (runArgs[index - 1] === '--device' ? word : '');
    return /^(?:(?:nvidia|amd|intel)\.com\/gpu=|\/dev\/(?:nvidia|kfd|dri|dxg))/.test(device);
  });
}
