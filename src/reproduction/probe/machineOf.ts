/** On which machine a run executed, as far as it decides of noise: its name, its processor and its GPUs. */
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';

export interface Machine {
  readonly host: string | undefined;
  readonly cpuModel: string | undefined;
  /** Names, sorted. */
  readonly gpus: readonly string[];
}

export function machineOf({
  plan,
  process,
  captured,
}: Pick<RunDetails, 'plan' | 'process' | 'captured'>): Machine {
  const hardware = knownValue(captured?.hardware);
  return {
    host: process?.host ?? plan?.host,
    cpuModel: hardware?.cpuModel,
    gpus: (hardware?.gpus ?? []).map(({ name }) => name).sort(),
  };
}

/** Unknown never equals unknown: without a name there is no saying. */
export function sameMachine(one: Machine, other: Machine): boolean {
  return (
    one.host !== undefined &&
    one.host === other.host &&
    one.cpuModel === other.cpuModel &&
    one.gpus.join('\n') === other.gpus.join('\n')
  );
}
