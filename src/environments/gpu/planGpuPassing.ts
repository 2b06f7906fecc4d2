/**
 * How the GPUs of a machine get into a container, by engine and version. Invariants: `--device` and `--gpus` are never
 * both there, since an engine then passes twice or fails; what is required and cannot be passed is an error with its
 * cause, never silence.
 */
import { chooseGpus, type ChosenGpus } from './chooseGpus.ts';
import { gpuMissing, gpuNotPassed, remoteUnknown, vendorNames } from './errors.ts';
import type { GpuHost, GpuPassing, GpuProblem, GpuRequest, GpuVendor } from './gpuHost.ts';
import { gpusValue, type PassingEngine } from './passing.ts';
import { passNodes } from './passNodes.ts';
import { passNvidia } from './passNvidia.ts';

/**
 * `host` are the accelerators of the machine that the engine runs on; of a remote engine's machine nothing is known,
 * and `host` is not looked at. Throws where a required GPU cannot be passed; an optional one that cannot is told in
 * `problem`.
 */
export function planGpuPassing(engine: PassingEngine, host: GpuHost, request: GpuRequest): GpuPassing {
  if (request.want === 'none') return none(engine, 'No GPU is passed: none is asked for.');
  const plan = engine.remote ? passRemote(engine, request) : passLocal(engine, host, request);
  if (!('problem' in plan)) return plan;
  if (request.want === 'required') throw gpuNotPassed(plan.problem);
  // Without any GPU that is how it is to be, and no problem.
  const absent = plan.problem.code === 'gpu-missing';
  return {
    ...none(engine, `No GPU is passed: ${absent ? 'this machine has none.' : plan.problem.message}`),
    ...(absent ? {} : { problem: plan.problem }),
  };
}

type Asked = Exclude<GpuRequest, { want: 'none' }>;

function passLocal(
  engine: PassingEngine,
  host: GpuHost,
  request: Asked,
): GpuPassing | { readonly problem: GpuProblem } {
  const chosen = chooseGpus(host, request);
  if ('problem' in chosen) return chosen;
  const passed =
    chosen.vendor === 'nvidia' ? passNvidia(engine, host, chosen) : passNodes(engine, host, chosen);
  if ('problem' in passed) return passed;
  return {
    ...passed,
    runArgs: [...passed.runArgs, ...labelWords(engine)],
    summary: summaryOf(chosen, passed.how),
    vendor: chosen.vendor,
  };
}

/** Only what the engine itself says of its machine counts; what it does not say, a container has to try. */
function passRemote(engine: PassingEngine, request: Asked): GpuPassing | { readonly problem: GpuProblem } {
  const { discoveredDevices, runtimes } = engine.facts;
  const devices = 'devices' in request ? request.devices : [];
  for (const vendor of ['nvidia', 'amd'] as const) {
    const listed = discoveredDevices.map(({ id }) => id).filter(id => id.startsWith(`${vendor}.com/gpu=`));
    if (listed.length === 0 || (request.vendor ?? vendor) !== vendor) continue;
    const wanted = devices.length === 0 ? ['all'] : devices;
    const names = wanted.map(word => `${vendor}.com/gpu=${word}`);
    const missing = names.find(name => !listed.includes(name));
    if (missing !== undefined && devices.length > 0)
      return {
        problem: {
          ...gpuMissing(vendor),
          message: `The engine has no ${missing}; it has ${listed.join(', ')}.`,
        },
      };
    const words = (missing === undefined ? names : listed).flatMap(name => ['--device', name]);
    return unproven([...words, ...labelWords(engine)], 'cdi', vendor);
  }
  if (request.vendor !== undefined && request.vendor !== 'nvidia')
    return { problem: remoteUnknown(engine.endpoint) };
  if (engine.kind === 'podman')
    return request.want === 'required'
      ? unproven(
          (devices.length === 0 ? ['all'] : devices).flatMap(word => ['--device', `nvidia.com/gpu=${word}`]),
          'cdi',
          'nvidia',
        )
      : { problem: remoteUnknown(engine.endpoint) };
  // Without the runtime the hook may be there all the same: only a container that must have the GPU tries it.
  if (!runtimes.includes('nvidia') && request.want !== 'required')
    return { problem: remoteUnknown(engine.endpoint) };
  return unproven(['--gpus', devices.length === 0 ? 'all' : gpusValue(devices)], 'gpus-flag', 'nvidia');
}

function unproven(runArgs: readonly string[], how: GpuPassing['how'], vendor: GpuVendor): GpuPassing {
  return {
    ...{ runArgs, how, vendor, unproven: true },
    summary: `${vendorNames[vendor]} GPUs of the engine's machine ${howText[how]}; whether it has them shows inside.`,
  };
}

const howText: Readonly<Record<GpuPassing['how'], string>> = {
  none: '',
  cdi: 'by CDI',
  'gpus-flag': 'by --gpus',
  'device-nodes': 'by device nodes',
};

function summaryOf({ vendor, gpus }: ChosenGpus, how: GpuPassing['how']): string {
  const parts = gpus.filter(({ mig }) => mig !== undefined).length;
  const kind = parts === gpus.length ? 'MIG device' : parts === 0 ? 'GPU' : 'GPU and MIG device';
  return `${gpus.length} ${vendorNames[vendor]} ${kind}${gpus.length === 1 ? '' : 's'} ${howText[how]}`;
}

/** SELinux refuses a container the devices of the host. */
function labelWords({ facts }: PassingEngine): string[] {
  return facts.selinux ? ['--security-opt', 'label=disable'] : [];
}

/** Where nvidia is the default runtime, images of CUDA (NVIDIA_VISIBLE_DEVICES=all) get every GPU unasked. */
function none({ kind, facts }: PassingEngine, summary: string): GpuPassing {
  const unasked = kind === 'docker' && facts.defaultRuntime === 'nvidia';
  return { runArgs: unasked ? ['--env', 'NVIDIA_VISIBLE_DEVICES=void'] : [], how: 'none', summary };
}
