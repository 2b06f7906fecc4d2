/** Why GPUs cannot be passed into a container as asked. The codes are those of GpuProblem where it is one. */
import { LockstepError } from '../../base/lockstepError.ts';
import type { GpuProblem, GpuVendor, HostGpu } from './gpuHost.ts';

/** What is in the way, as a failure. */
export function gpuNotPassed({ code, message, mend }: GpuProblem): LockstepError {
  return new LockstepError({ code, message, mend });
}

export const vendorNames: Readonly<Record<GpuVendor, string>> = {
  nvidia: 'NVIDIA',
  amd: 'AMD',
  intel: 'Intel',
};

export function gpuMissing(vendor: GpuVendor | undefined): GpuProblem {
  const kind = vendor === undefined ? 'GPU' : `${vendorNames[vendor]} GPU`;
  return {
    code: 'gpu-missing',
    message: `The environment requires a GPU, and this machine has no ${kind}.`,
    mend: 'Make it optional ("hostRequirements": {"gpu": "optional"}), or use a machine that has one.',
  };
}

export function gpuUnknown(word: string, gpus: readonly HostGpu[]): LockstepError {
  const known = gpus.map(gpu => `${gpu.index} (${gpu.name}${gpu.uuid === undefined ? '' : `, ${gpu.uuid}`})`);
  return new LockstepError({
    code: 'gpu-unknown',
    kind: 'usage',
    message:
      known.length === 0
        ? `There is no GPU ${word}: this machine has none.`
        : `There is no GPU ${word} on this machine. It has ${known.join(', ')}.`,
    mend: 'See them with: lockstep env gpus',
  });
}

export function gpusOfTwoVendors(words: readonly string[]): LockstepError {
  return new LockstepError({
    code: 'gpus-of-two-vendors',
    kind: 'usage',
    message: `The GPUs ${words.join(', ')} are of different makers; a container gets those of one.`,
    mend: 'Name GPUs of one maker.',
  });
}

/** A GPU in MIG mode can only be used through its parts. */
export function migDeviceNeeded(gpu: HostGpu): GpuProblem {
  const parts = (gpu.migDevices ?? []).map((device, index) => `${gpu.index}:${index} (${device.profile})`);
  return {
    code: 'mig-device-needed',
    message: `GPU ${gpu.index} is in MIG mode: it can be used through its MIG devices alone.`,
    mend:
      parts.length === 0
        ? `Divide it: sudo nvidia-smi mig -cgi <profile> -C, or leave the mode: sudo nvidia-smi -i ${gpu.index} -mig 0`
        : `Name one of them: ${parts.join(', ')}`,
  };
}

export function noNvidiaRuntime(engine: 'docker' | 'docker-rootless', toolkit: boolean): GpuProblem {
  const commands =
    engine === 'docker'
      ? 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker'
      : 'nvidia-ctk runtime configure --runtime=docker --config=$HOME/.config/docker/daemon.json && systemctl --user restart docker && sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place';
  return {
    code: 'no-nvidia-runtime',
    message: 'Docker has no NVIDIA runtime, so it cannot pass the GPU.',
    mend: toolkit ? `Run: ${commands}` : `${installToolkit} Then run: ${commands}`,
  };
}

/** `command`: what makes the specification, and what must follow it. */
export function cdiSpecMissing(vendor: 'nvidia' | 'amd', engine: string, toolkit: boolean): GpuProblem {
  const command =
    vendor === 'nvidia'
      ? 'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'
      : 'sudo amd-ctk cdi generate --output=/etc/cdi/amd.json';
  return {
    code: 'cdi-spec-missing',
    message: `${engine} passes ${vendorNames[vendor]} GPUs by CDI, and this machine has no CDI specification of them.`,
    mend: toolkit ? `Run: ${command}` : `${installToolkit} Then run: ${command}`,
  };
}

/** Docker 25 to 28.1 read specifications only when told to; later ones unless told not to. */
export function cdiSwitchedOff(): GpuProblem {
  return {
    code: 'cdi-switched-off',
    message: 'This machine has a CDI specification of its NVIDIA GPUs, and Docker does not read it.',
    mend: 'Set "features": {"cdi": true} in /etc/docker/daemon.json and run: sudo systemctl restart docker',
  };
}

const installToolkit =
  'Install the NVIDIA Container Toolkit (https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html).';

export function cdiDeviceMissing(name: string, available: readonly string[]): GpuProblem {
  return {
    code: 'cdi-device-missing',
    message: `No CDI specification has ${name}; they have ${available.join(', ')}.`,
    mend: 'Make it again after GPUs or MIG devices changed: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml',
  };
}

export function podmanTooOld(version: string): GpuProblem {
  return {
    code: 'podman-too-old',
    message: `Podman ${version} cannot pass NVIDIA GPUs by CDI; 4.1 is the first that can.`,
    mend: 'Update Podman, or use Docker.',
  };
}

export function desktopWithoutGpu(): GpuProblem {
  return {
    code: 'desktop-without-gpu',
    message: 'Docker Desktop runs containers in a virtual machine, which on this system gets no GPU.',
    mend: 'Use Docker Engine instead (https://docs.docker.com/engine/install), or Podman: docker context use default',
  };
}

export function selectionImpossible(): GpuProblem {
  return {
    code: 'gpu-selection-impossible',
    message: 'Under WSL a container gets all GPUs or none: single ones cannot be passed.',
    mend: 'Ask for all, and choose inside: CUDA_VISIBLE_DEVICES=0',
  };
}

export function deviceNodesMissing(vendor: GpuVendor): GpuProblem {
  return {
    code: 'device-nodes-missing',
    message: `The device nodes of the ${vendorNames[vendor]} GPU in /dev/dri are missing.`,
    mend: `Load its driver: sudo modprobe ${vendor === 'amd' ? 'amdgpu' : 'i915'}`,
  };
}

/** Rootless, a container is in the groups of its user only where the runtime keeps them. */
export function groupsNotKept(runtime: string): GpuProblem {
  return {
    code: 'groups-not-kept',
    message: `Rootless Podman with ${runtime} gives a container none of your groups, so it may not open the GPU.`,
    mend: 'Use crun: set runtime = "crun" under [engine] in ~/.config/containers/containers.conf',
  };
}

export function remoteUnknown(endpoint: string): GpuProblem {
  return {
    code: 'remote-gpu-unknown',
    message: `The engine at ${endpoint} is on another machine and does not say whether that has a GPU.`,
    mend: 'Require the GPU to try it ("hostRequirements": {"gpu": true}), or configure the NVIDIA runtime there.',
  };
}
