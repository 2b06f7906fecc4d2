/** What of the machine a lock tells for information: nothing of it has to be the same elsewhere. */
import type { Engine } from '../../engine/engine.ts';
import type { EnvironmentLock } from '../../environmentLock.ts';
import type { GpuHost } from '../../gpu/gpuHost.ts';

/** @param host Undefined where nobody looked: the engine's machine is another one. */
export function hostFacts(engine: Engine, host: GpuHost | undefined): NonNullable<EnvironmentLock['host']> {
  return {
    ...(host?.driver === undefined ? {} : { driver: host.driver }),
    ...(host?.maxCuda === undefined ? {} : { maxCuda: host.maxCuda }),
    gpus: (host?.gpus ?? []).map(({ name, computeCapability, memory }) => ({
      name,
      ...(computeCapability === undefined ? {} : { computeCapability }),
      ...(memory === undefined ? {} : { memory }),
    })),
    ...(engine.facts.kernel === '' ? {} : { kernel: engine.facts.kernel }),
    ...{ engine: engine.kind, engineVersion: engine.version },
  };
}
