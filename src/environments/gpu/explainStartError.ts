/** Turns what an engine says when a container with a GPU does not start into the cause and its mend. */
import type { GpuProblem } from './gpuHost.ts';

/** `text` is the engine's message or the tail of a log. Undefined: nothing of it is known. */
export function explainStartError(text: string): GpuProblem | undefined {
  for (const { pattern, explain } of causes) {
    const found = pattern.exec(text);
    if (found !== null) return explain(found[1]?.trim() ?? '');
  }
  return undefined;
}

interface Cause {
  readonly pattern: RegExp;
  /** `part` is the first group of the pattern. */
  readonly explain: (part: string) => GpuProblem;
}

const configureDocker = 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker';
const makeSpec = 'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml';

/** From the particular to the general: a message often holds several of them. */
const causes: readonly Cause[] = [
  {
    pattern: /unsatisfied condition: ([^,\n"\\]+)/,
    explain: condition => ({
      code: 'driver-too-old',
      message: `The NVIDIA driver of this machine does not meet what the image demands: ${condition}`,
      mend: 'Update the driver, or use an image for an older CUDA: lockstep env gpus tells the newest that the driver serves',
    }),
  },
  {
    pattern:
      /stat (\/dev\/(?:nvidia|dri|kfd|dxg)\S*): no such file|error gathering device information while adding custom device "(?:[^"]*)"/,
    explain: node => ({
      code: 'device-nodes-missing',
      message: `The device node ${node === '' ? 'of the GPU' : node} is not there: the driver is not loaded, or the GPU has gone.`,
      mend: 'Load the driver (sudo modprobe nvidia, or amdgpu), and see: lockstep env gpus',
    }),
  },
  {
    pattern: /failed to set cgroup|bpf_prog_query[^\n]*operation not permitted/i,
    explain: () => ({
      code: 'rootless-cgroups',
      message: "NVIDIA's hook may not change control groups under a rootless engine.",
      mend: 'Run: sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place, or pass the GPU by CDI',
    }),
  },
  {
    pattern: /could not select device driver "[^"]*" with capabilities: \[\[(?:[^\]]*\b)?gpu\b/,
    explain: () => ({
      code: 'no-nvidia-runtime',
      message: 'Docker has no NVIDIA runtime, so it cannot pass the GPU.',
      mend: `Install the NVIDIA Container Toolkit, then run: ${configureDocker}`,
    }),
  },
  {
    pattern: /(?:unresolvable CDI devices|setting up CDI devices: unresolvable CDI devices) ([^\n"]+)/,
    explain: devices => ({
      code: 'cdi-device-missing',
      message: `No CDI specification of this machine has ${devices}.`,
      mend: `Make it again, as needed after a new driver, GPU or MIG device: ${makeSpec}`,
    }),
  },
  {
    pattern:
      /could not select device driver "cdi"|CDI (?:device injection|support) (?:is )?(?:not enabled|disabled)/i,
    explain: () => ({
      code: 'cdi-switched-off',
      message: 'Docker does not pass devices by CDI.',
      mend: 'Set "features": {"cdi": true} in /etc/docker/daemon.json (Docker 25 and newer), and run: sudo systemctl restart docker',
    }),
  },
  {
    pattern:
      /(?:unknown or invalid runtime name|unknown runtime specified|runtime "[^"]*" not found)[: ]*"?(nvidia)?/i,
    explain: () => ({
      code: 'runtime-unknown',
      message: 'The engine does not know the runtime that is asked for.',
      mend: `Take --runtime out of runArgs, or configure it: ${configureDocker}`,
    }),
  },
  {
    pattern:
      /nvidia-container-cli: (?:initialization error|ldcache error|detection error|mount error|device error|container error): ([^\n"\\]+)/,
    explain: detail => nvidiaCli(detail),
  },
  {
    pattern:
      /(?:failed to fulfil mount request|error mounting|statfs|stat) "?([^\s":]*(?:libcuda|libnvidia|nvidia)[^\s":]*)"?[^\n]*no such file/i,
    explain: file => ({
      code: 'cdi-stale',
      message: `The CDI specification names ${file}, which is gone: the driver was updated since.`,
      mend: `Make it again: ${makeSpec}`,
    }),
  },
  {
    pattern: /keep-id is only supported in rootless mode/,
    explain: () => ({
      code: 'keep-id-needs-rootless',
      message: 'Podman before 4.5 cannot keep user ids as root, which a remoteUser other than root asks for.',
      mend: 'Run Podman as your own user, update it to 4.5 or newer, or set "remoteUser": "root"',
    }),
  },
  {
    pattern: /setrlimit[^\n]*(RLIMIT_\w+)[^\n]*not permitted|error setting rlimits?[^\n]*not permitted/i,
    explain: limit => ({
      code: 'limit-not-permitted',
      message: `The engine may not raise the limit ${limit === '' ? 'that --ulimit asks for' : limit}.`,
      mend: 'Take --ulimit out of runArgs, or lower default_ulimits under [containers] in containers.conf (Docker: default-ulimits in daemon.json)',
    }),
  },
  {
    pattern: /cannot set both Count and DeviceIDs on device request/,
    explain: () => ({
      code: 'gpus-value-unquoted',
      message:
        'Docker reads the value of --gpus as CSV, and several devices without inner quotes as several options.',
      mend: 'Quote it within the entry of runArgs: "--gpus", "\\"device=0,1\\""',
    }),
  },
  {
    pattern: /unknown flag: --gpus (\S+)/,
    explain: value => ({
      code: 'gpus-flag-in-one-word',
      message: `runArgs has "--gpus ${value}" as one entry, and the engine takes it for the name of an option.`,
      mend: `Write two entries: "--gpus", "${value}"`,
    }),
  },
];

function nvidiaCli(detail: string): GpuProblem {
  if (/driver not loaded|nvml error: driver not loaded/i.test(detail))
    return {
      code: 'driver-not-loaded',
      message: 'The NVIDIA driver is installed and not loaded.',
      mend: 'Run: sudo modprobe nvidia',
    };
  if (/driver\/library version mismatch/i.test(detail))
    return {
      code: 'driver-library-mismatch',
      message: 'The NVIDIA driver was updated, and the kernel still has the older one loaded.',
      mend: 'Restart the machine: sudo reboot',
    };
  if (/libnvidia-ml\.so|load library failed|libcuda/i.test(detail))
    return {
      code: 'driver-missing',
      message: "The NVIDIA driver's libraries are not on the engine's machine.",
      mend: "Install NVIDIA's driver there (Ubuntu: sudo ubuntu-drivers install), and restart",
    };
  if (/unknown device/i.test(detail))
    return {
      code: 'gpu-unknown',
      message: `The GPU that is asked for is not there: ${detail}`,
      mend: 'See which there are: lockstep env gpus',
    };
  return {
    code: 'nvidia-container-cli-failed',
    message: `NVIDIA's container tool failed: ${detail}`,
    mend: 'See sudo nvidia-container-cli -k -d /dev/tty info, and: lockstep env gpus',
  };
}
