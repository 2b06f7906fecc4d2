/**
 * Looks from inside a container whether the GPU is there and whether the frameworks can use it. The two are told apart:
 * a device that is visible is of no use to a framework that was built without CUDA. Invariant: a GPU that was asked for
 * and is not there always has its cause.
 */
import type { SmokeTest } from '../devcontainer/environmentState.ts';
import { deviceProbe, parseDeviceProbe, type DeviceFinding } from './deviceProbe.ts';
import { frameworkScript, hasCodeFor, parseFrameworks, type FrameworkAnswer } from './frameworkProbe.ts';
import type { GpuVendor } from './gpuHost.ts';

/** Runs `argv` inside the container as its user. A program that is not there is exit code 126 or 127, not a rejection. */
export type ExecInside = (
  argv: readonly string[],
) => Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }>;

type Problem = NonNullable<SmokeTest['problem']>;

/** Rejects with what `exec` rejects with. `vendor` is that of the GPU that was passed; NVIDIA where none was. */
export async function smokeTest(
  exec: ExecInside,
  asked: boolean,
  vendor: GpuVendor = 'nvidia',
): Promise<SmokeTest> {
  const found = parseDeviceProbe((await exec(['sh', '-c', deviceProbe])).stdout, vendor);
  const frameworks = await askFrameworks(exec);
  const problem =
    deviceProblem(found, asked, vendor) ??
    (asked ? (libraryProblem(found, vendor, frameworks) ?? frameworkProblem(frameworks)) : undefined);
  return {
    at: new Date().toISOString(),
    ...{ asked, visible: found.visible, devices: found.devices },
    frameworks: Object.fromEntries([...frameworks].map(([name, answer]) => [name, summary(answer)])),
    ...(problem === undefined ? {} : { problem }),
  };
}

async function askFrameworks(exec: ExecInside): Promise<Map<string, FrameworkAnswer>> {
  for (const python of ['python3', 'python']) {
    const { exitCode, stdout } = await exec([python, '-c', frameworkScript]);
    if (exitCode === 0) return parseFrameworks(stdout);
  }
  return new Map();
}

function summary({ version, sees, built, error }: FrameworkAnswer): SmokeTest['frameworks'][string] {
  const detail = error ?? (built === null || built === undefined ? undefined : `built for ${built}`);
  return { version, sees, ...(detail === undefined ? {} : { detail }) };
}

function deviceProblem(found: DeviceFinding, asked: boolean, vendor: GpuVendor): Problem | undefined {
  if (!asked) return found.visible && vendor === 'nvidia' && found.passed ? unasked() : undefined;
  if (found.toolSays !== undefined) return nvidiaSmiProblem(found.toolSays);
  if (found.denied.length > 0 && !found.visible)
    return {
      message: `The user of the container may not open ${found.denied.join(', ')}.`,
      mend:
        vendor === 'nvidia'
          ? 'With SELinux add --security-opt label=disable; else check the rights of the node on the host'
          : 'Add yourself to the groups of the node on the host (sudo usermod -aG render,video "$USER"), log in again, and rebuild',
    };
  if (!found.visible)
    return {
      message: 'A GPU was asked for, and the container has no device of one: the engine dropped the request.',
      mend: 'See lockstep env gpus for what this engine needs, then rebuild the container: lockstep env rebuild',
    };
  return undefined;
}

/** A framework that sees the GPU has found the library, wherever it lies. */
function libraryProblem(
  { hasLibrary, toolWorks }: DeviceFinding,
  vendor: GpuVendor,
  frameworks: ReadonlyMap<string, FrameworkAnswer>,
): Problem | undefined {
  if (vendor !== 'nvidia' || hasLibrary || [...frameworks.values()].some(({ sees }) => sees > 0))
    return undefined;
  return toolWorks === true
    ? {
        message:
          "The GPU is there, and CUDA's part of the driver (libcuda.so.1) is not: the image asks for nvidia-smi alone.",
        mend: 'Set "containerEnv": {"NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}, and rebuild',
      }
    : {
        message:
          "The device is there, and the driver's library libcuda.so.1 is not: only the bare node was passed.",
        mend: 'Pass the GPU with the NVIDIA Container Toolkit (CDI or --gpus), which brings the libraries, not with --device=/dev/nvidia0',
      };
}

function unasked(): Problem {
  return {
    message: "The container sees GPUs that were not asked for: nvidia is the engine's default runtime.",
    mend: 'Rebuild the container, or set "containerEnv": {"NVIDIA_VISIBLE_DEVICES": "void"}',
  };
}

function nvidiaSmiProblem(text: string): Problem {
  const [line = ''] = text.split('\n');
  if (/Unknown Error/i.test(text))
    return {
      message:
        "The container lost the GPU (Failed to initialize NVML: Unknown Error): the host reloaded its services, which takes away devices that Docker's hook passed.",
      mend: 'Start the container again (lockstep env rebuild), and let it not come back by CDI: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml',
    };
  if (/Insufficient Permissions/i.test(text))
    return {
      message: 'The container may not open the GPU (NVML: Insufficient Permissions): SELinux forbids it.',
      mend: 'Add --security-opt label=disable to runArgs',
    };
  if (/version mismatch/i.test(text))
    return {
      message:
        "The driver's library inside is of another version than the driver: it was updated since the container was made.",
      mend: 'Restart the machine if nvidia-smi fails there, too; else make the CDI specification again and rebuild: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml',
    };
  return {
    message: `nvidia-smi fails inside the container: ${line}`,
    mend: 'See whether it works outside: lockstep env gpus',
  };
}

/** The first framework that is there and cannot use the GPU. */
function frameworkProblem(frameworks: ReadonlyMap<string, FrameworkAnswer>): Problem | undefined {
  for (const name of ['torch', 'tensorflow', 'jax']) {
    const answer = frameworks.get(name);
    if (answer === undefined) continue;
    const { version, built, sees, archs, capabilities, error } = answer;
    const title = `${name} ${version}`.trim();
    const missing = archs.length === 0 ? undefined : capabilities.find(one => !hasCodeFor(one, archs));
    if (missing !== undefined && !archs.some(arch => arch.startsWith('gfx')))
      return {
        message: `${title} has no code for this GPU (compute capability ${missing}); it has ${archs.join(', ')}.`,
        mend: `Install a build of ${name} that knows the GPU: newer for a new one, for an older CUDA for an old one.`,
      };
    if (sees > 0 && (error === undefined || error === null)) continue;
    if (sees > 0)
      return { message: `${title} sees the GPU and cannot compute on it: ${error ?? ''}`, mend: newerDriver };
    if (version === '' && typeof error === 'string')
      return {
        message: `${name} could not be asked: it ${error}`,
        mend: `Try inside: python3 -c "import ${name}"`,
      };
    if (built === null || (built === undefined && error === undefined))
      return {
        message: `${title} is built without GPU support.`,
        mend: withGpu[name] ?? `Install a build of ${name} with GPU support.`,
      };
    return {
      message: `${title} (built for ${built ?? '?'}) sees no GPU${error === undefined || error === null ? '.' : `: ${error}`}`,
      mend: newerDriver,
    };
  }
  return undefined;
}

const newerDriver =
  'Compare the CUDA it is built for with what the driver serves (lockstep env gpus), and take a build for that or an older one.';

const withGpu: Readonly<Record<string, string>> = {
  torch: 'Install a build with CUDA: pip install torch --index-url https://download.pytorch.org/whl/cu128',
  tensorflow: 'Install it with CUDA: pip install "tensorflow[and-cuda]"',
  jax: 'Install it with CUDA: pip install "jax[cuda12]"',
};
