/** The engine and the GPUs of this machine, as the tree shows them, and what the GPUs are doing for whom. */
import type { EngineFinding } from '../../../environments/engine/engine.ts';
import type { GpuHost } from '../../../environments/gpu/gpuHost.ts';
import { runOfProcess } from '../../../environments/gpu/runOfProcess.ts';
import { sampleGpus } from '../../../environments/gpu/sampleGpus.ts';
import type { GpuUse, MachineView } from './environmentRequests.ts';

const names = { docker: 'Docker', podman: 'Podman' } as const;

export function machineView(finding: EngineFinding, host: GpuHost, inside: boolean): MachineView {
  const { engine } = finding;
  return {
    ...(inside ? { inside } : {}),
    ...(engine === undefined
      ? inside
        ? {}
        : { engineProblem: finding.problem }
      : {
          engine: {
            name: names[engine.kind],
            ...{ version: shortVersion(engine.version), endpoint: engine.endpoint },
            ...{ rootless: engine.facts.rootless, remote: engine.remote },
          },
        }),
    gpus: host.gpus,
    gpuProblems: host.problems,
    ...(host.driver === undefined ? {} : { driver: host.driver }),
    ...(host.maxCuda === undefined ? {} : { maxCuda: host.maxCuda }),
  };
}

/** `20.10.24+dfsg1` is 20.10.24 as its distribution packs it. */
function shortVersion(version: string): string {
  return version.replace(/[+~-].*$/, '');
}

/** Rejects only when aborted. */
export async function gpuUse(variables: NodeJS.ProcessEnv, signal: AbortSignal): Promise<GpuUse> {
  const { gpus, processes } = await sampleGpus({ variables, signal });
  const runs = await Promise.all(
    processes.map(async ({ pid, gpu }) => {
      const run = await runOfProcess(pid);
      return run === undefined ? [] : [{ run, ...(gpu === undefined ? {} : { gpu }) }];
    }),
  );
  // A run with eight workers on one GPU uses it once.
  const told = new Map(runs.flat().map(one => [`${one.gpu ?? ''}\n${one.run}`, one]));
  return { gpus, runs: [...told.values()] };
}
