/** What stands between an NVIDIA GPU and its use, from what `nvidia-smi` says and how it ends; each with its mend. */
import type { GpuProblem } from './gpuHost.ts';

/** Exit codes of nvidia-smi, from its manual page. */
const exitNoDevices = 6;
const exitDriverNotLoaded = 9;
const exitLibraryMissing = 12;
const exitLibraryMismatch = 18;

/** Why `nvidia-smi` failed. `text` is all it printed; it says failures on standard output. */
export function explainNvidiaSmi(exitCode: number | null, text: string): GpuProblem {
  if (exitCode === exitLibraryMismatch || /driver\/library version mismatch/i.test(text))
    return {
      code: 'driver-library-mismatch',
      message:
        'The NVIDIA driver was updated, and the kernel still has the older one loaded (driver/library version mismatch).',
      mend: 'Restart the machine: sudo reboot',
    };
  if (/insufficient permissions/i.test(text))
    return {
      code: 'driver-not-permitted',
      message: 'The NVIDIA devices may not be opened here (NVML: Insufficient Permissions).',
      mend: 'Check the rights of /dev/nvidia*; with SELinux, a container needs --security-opt label=disable',
    };
  if (/initialize NVML: Unknown Error/i.test(text))
    return {
      code: 'nvml-unknown-error',
      message: 'The NVIDIA driver answers with Unknown Error: the device is there, and cannot be used.',
      mend: 'Look for Xid errors with sudo dmesg | grep -i nvrm, then restart the machine: sudo reboot',
    };
  if (exitCode === exitNoDevices || /no devices were found/i.test(text))
    return {
      code: 'no-devices',
      message: 'The NVIDIA driver is loaded, and finds no GPU that it can use.',
      mend: 'See sudo dmesg | grep -i nvrm: the GPU is too old or too new for this driver, has failed, or lacks power',
    };
  if (exitCode === exitDriverNotLoaded || /couldn'?t communicate with the NVIDIA driver/i.test(text))
    return driverNotLoaded();
  if (exitCode === exitLibraryMissing || /couldn'?t find libnvidia-ml|NVML Shared Library/i.test(text))
    return {
      code: 'nvml-missing',
      message: "nvidia-smi is there, and the driver's library libnvidia-ml.so is not.",
      mend: 'Install the driver as a whole again (Debian, Ubuntu): sudo apt-get install --reinstall nvidia-driver',
    };
  const [line = ''] = text.split(/\r?\n/);
  return {
    code: 'nvidia-smi-failed',
    message: `nvidia-smi fails with code ${exitCode ?? '?'}${line === '' ? '' : `: ${line.trim()}`}`,
    mend: 'Run nvidia-smi in a terminal, and see sudo dmesg | grep -i nvrm',
  };
}

export function driverNotLoaded(): GpuProblem {
  return {
    code: 'driver-not-loaded',
    message: 'The NVIDIA driver is installed and not loaded.',
    mend: 'Load it with sudo modprobe nvidia; after an update of the kernel install its headers (linux-headers) and restart',
  };
}

export function nvidiaSmiHangs(): GpuProblem {
  return {
    code: 'nvidia-smi-hangs',
    message: 'nvidia-smi does not answer: the driver or a GPU is stuck.',
    mend: 'See sudo dmesg | grep -i xid, end what uses the GPU, or restart the machine: sudo reboot',
  };
}

/** A card on the bus that no driver serves; `driver` is the one that has it instead, where one has. */
export function nvidiaWithoutDriver(count: number, driver: string | undefined): GpuProblem {
  const cards = count === 1 ? 'An NVIDIA GPU is' : `${count} NVIDIA GPUs are`;
  if (driver === 'vfio-pci')
    return {
      code: 'gpu-given-away',
      message: `${cards} on the bus, and given to virtual machines (vfio-pci).`,
      mend: 'Give it back to this system: take the vfio-pci binding away, and restart',
    };
  if (driver === 'nouveau')
    return {
      code: 'nouveau-driver',
      message: `${cards} on the bus, and served by nouveau, which has no CUDA.`,
      mend: "Install NVIDIA's driver (Ubuntu: sudo ubuntu-drivers install; Debian: sudo apt-get install nvidia-driver), and restart",
    };
  return {
    code: 'driver-missing',
    message: `${cards} on the bus, and there is no NVIDIA driver.`,
    mend: 'Install it (Ubuntu: sudo ubuntu-drivers install; Debian: sudo apt-get install nvidia-driver), and restart',
  };
}

/** The driver's own files name GPUs, and the tool that tells about them is missing. */
export function nvidiaSmiMissing(): GpuProblem {
  return {
    code: 'nvidia-smi-missing',
    message:
      'The NVIDIA driver is loaded, and nvidia-smi is not on PATH: use, brand and CUDA version are unknown.',
    mend: "Install the driver's tools (Ubuntu: sudo apt-get install nvidia-utils-<branch>; Debian: nvidia-smi)",
  };
}

export function migWithoutDevices(index: number): GpuProblem {
  return {
    code: 'mig-without-devices',
    message: `GPU ${index} is in MIG mode and is divided into no devices: nothing can use it.`,
    mend: `Divide it (sudo nvidia-smi mig -cgi <profile> -C), or leave the mode: sudo nvidia-smi -i ${index} -mig 0`,
  };
}
