/**
 * Is the machine's driver new enough for an image's CUDA? Asked before gigabytes are pulled, since an engine that passes
 * GPUs by CDI does not check at all, and the program inside would say so much later and less clearly.
 */
import { atLeast } from './compareVersions.ts';
import { cudaOfDriver, driverForCuda, majorOf, minorOf, runsFamily } from './cudaDrivers.ts';
import { allOf, evaluateRequirement, requirementsOf } from './cudaRequirement.ts';
import type { GpuHost, GpuPassing, HostGpu } from './gpuHost.ts';

export type CudaVerdict =
  | {
      readonly verdict: 'good';
      readonly message: string;
      /** It runs, without what only the image's own driver brings: by one of NVIDIA's ways of compatibility. */
      readonly by?: 'minor-version' | 'forward';
    }
  | {
      readonly verdict: 'too-old';
      /** What is too old for the other: the driver, the GPU for the image, or the image for the GPU. */
      readonly what: 'driver' | 'gpu' | 'image';
      readonly message: string;
      readonly mend: string;
      readonly neededDriver?: string;
      /** The newest family of images that fits: `12.4`. */
      readonly newestCuda?: string;
    }
  | { readonly verdict: 'unknown'; readonly message: string };

/**
 * `imageEnvironment` is `Env` of the image's configuration. `how` is how the GPU will be passed: only Docker's hook
 * (`gpus-flag`) refuses an image whose demand is not met; left out, the strict answer is given.
 */
export function checkImageCuda(
  imageEnvironment: Readonly<Record<string, string>>,
  host: GpuHost,
  how: GpuPassing['how'] = 'gpus-flag',
): CudaVerdict {
  const gpus = host.gpus.filter(gpu => gpu.vendor === 'nvidia');
  const { driver } = host;
  if (gpus.length === 0) return unknown('This machine has no NVIDIA GPU to compare the image with.');
  const requirements = requirementsOf(imageEnvironment);
  const version = imageVersion(imageEnvironment, requirements);
  const misfit = version === undefined ? undefined : architectureMisfit(version, gpus);
  if (misfit !== undefined) return misfit;
  if (requirements.length === 0) return unknown('The image does not say which CUDA it needs.');
  const maxCuda = host.maxCuda ?? (driver === undefined ? undefined : cudaOfDriver(driver));
  const ignored = /^(?:1|t|true)$/i.test(imageEnvironment['NVIDIA_DISABLE_REQUIRE'] ?? '');
  const answer = allOf(
    gpus.flatMap(gpu =>
      requirements.map(requirement =>
        evaluateRequirement(requirement, {
          ...{ cuda: maxCuda, driver: gpu.driver ?? driver, arch: gpu.computeCapability, brand: gpu.brand },
        }),
      ),
    ),
  );
  const wanted = version === undefined ? 'the image' : `CUDA ${version}`;
  const served = `driver ${driver ?? '?'}${maxCuda === undefined ? '' : ` (CUDA ${maxCuda})`}`;
  if (answer === 'yes') return { verdict: 'good', message: `${served} serves ${wanted}.` };
  const enforced = how === 'gpus-flag' && !ignored;
  if (answer === 'unknown' && (enforced || driver === undefined || version === undefined))
    return unknown(`Whether ${served} serves ${wanted} cannot be told: ${requirements.join(' and ')}`);
  if (!enforced && driver !== undefined && version !== undefined) {
    const compatible = byCompatibility(driver, version, gpus, imageEnvironment, served);
    if (compatible !== undefined) return compatible;
  }
  return tooOld(version, served, maxCuda);
}

function unknown(message: string): CudaVerdict {
  return { verdict: 'unknown', message };
}

/** The release of the image; else the newest that its demand names. */
function imageVersion(
  environment: Readonly<Record<string, string>>,
  requirements: readonly string[],
): string | undefined {
  const [release] = /^\d+\.\d+/.exec(environment['CUDA_VERSION']?.trim() ?? '') ?? [];
  return release ?? /(?:^|[\s,])cuda>=(\d+\.\d+)/.exec(requirements.join(' '))?.[1];
}

function byCompatibility(
  driver: string,
  version: string,
  gpus: readonly HostGpu[],
  environment: Readonly<Record<string, string>>,
  served: string,
): CudaVerdict | undefined {
  if (runsFamily(driver, version) === true)
    return {
      ...{ verdict: 'good', by: 'minor-version' },
      message: `${served} runs CUDA ${version} by minor-version compatibility: code that is compiled at run time needs ${driverForCuda(version) ?? 'a newer driver'}.`,
    };
  if (environment['NV_CUDA_COMPAT_PACKAGE'] === undefined || !gpus.every(isDataCentreCard)) return undefined;
  return {
    ...{ verdict: 'good', by: 'forward' },
    message: `${served} is older than CUDA ${version}; on these data-centre GPUs the image's own ${environment['NV_CUDA_COMPAT_PACKAGE'].replace(/=.*$/, '')} bridges that.`,
  };
}

/** Forward compatibility is for these alone. By name: newer drivers give cards of the data centre the brand `nvidia`. */
function isDataCentreCard({ brand, name }: HostGpu): boolean {
  return (
    brand === 'tesla' ||
    /\b(?:Tesla|[ABHTVP]\d{1,3}|GB?\d{3}|L4|L40S?|GH200|H20)\b/.test(name.replace(/-.*$/, ''))
  );
}

/** GPUs that CUDA 13 left behind, and GPUs that older CUDA does not know. */
function architectureMisfit(version: string, gpus: readonly HostGpu[]): CudaVerdict | undefined {
  for (const { name, computeCapability } of gpus) {
    if (computeCapability === undefined || !/^\d+\.\d+$/.test(computeCapability)) continue;
    if (majorOf(version) >= 13 && !atLeast(computeCapability, '7.5'))
      return {
        ...{ verdict: 'too-old', what: 'gpu', newestCuda: '12.9' },
        message: `${name} (compute capability ${computeCapability}) is too old for CUDA ${version}; CUDA 12 is the last that knows it.`,
        mend: 'Use an image for CUDA 12.9 or older.',
      };
    const least = atLeast(computeCapability, '10.0')
      ? '12.8'
      : atLeast(computeCapability, '8.9')
        ? '11.8'
        : '0';
    if (!atLeast(version, least))
      return {
        ...{ verdict: 'too-old', what: 'image' },
        message: `${name} (compute capability ${computeCapability}) is newer than CUDA ${version}; ${least} is the first that knows it.`,
        mend: `Use an image for CUDA ${least} or newer.`,
      };
  }
  return undefined;
}

function tooOld(version: string | undefined, served: string, maxCuda: string | undefined): CudaVerdict {
  const needed = version === undefined ? undefined : driverForCuda(version);
  const newest = maxCuda === undefined ? undefined : minorOf(maxCuda);
  const ways = [
    ...(needed === undefined ? [] : [`update the driver to ${needed} or newer`]),
    ...(newest === undefined ? [] : [`use an image for CUDA ${newest} or older`]),
  ].join(', or ');
  return {
    ...{ verdict: 'too-old', what: 'driver' },
    message: `${served} is too old for ${version === undefined ? 'what the image demands' : `an image of CUDA ${version}`}.`,
    mend: ways === '' ? 'Update the NVIDIA driver.' : `${ways.charAt(0).toUpperCase()}${ways.slice(1)}.`,
    ...(needed === undefined ? {} : { neededDriver: needed }),
    ...(newest === undefined ? {} : { newestCuda: newest }),
  };
}
