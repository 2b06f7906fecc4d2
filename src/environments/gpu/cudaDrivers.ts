/**
 * Which driver a CUDA release needs. Source: CUDA Toolkit Release Notes 13.1, tables 2 and 3 (Linux, x86_64), and
 * https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
 */
import { atLeast, compareVersions } from './compareVersions.ts';

/** CUDA release → the driver that came with it, which serves all of it. Newest first. */
const fullDrivers: readonly (readonly [cuda: string, driver: string])[] = [
  ['13.1', '590.44.01'],
  ['13.0', '580.65.06'],
  ['12.9', '575.51.03'],
  ['12.8', '570.26'],
  ['12.6', '560.28.03'],
  ['12.5', '555.42.02'],
  ['12.4', '550.54.14'],
  ['12.3', '545.23.06'],
  ['12.2', '535.54.03'],
  ['12.1', '530.30.02'],
  ['12.0', '525.60.13'],
  ['11.8', '520.61.05'],
];

/** From these on, a driver runs every release of the major version, new features and JIT of newer code aside. */
const familyDrivers: ReadonlyMap<number, string> = new Map([
  [13, '580.65.06'],
  [12, '525.60.13'],
  [11, '450.80.02'],
]);

/** The driver that came with CUDA `version` or, where the table lacks it, with the next newer one of its major. */
export function driverForCuda(version: string): string | undefined {
  const major = majorOf(version);
  const candidates = fullDrivers.filter(
    ([cuda]) => majorOf(cuda) === major && atLeast(cuda, minorOf(version)),
  );
  return candidates.at(-1)?.[1] ?? familyDrivers.get(major);
}

/** The newest CUDA that `driver` serves in full; undefined for drivers older than the table. */
export function cudaOfDriver(driver: string): string | undefined {
  return fullDrivers.find(([, least]) => atLeast(driver, least))?.[0];
}

/** Whether `driver` runs CUDA `version` by the compatibility within a major version. Undefined: not in the table. */
export function runsFamily(driver: string, version: string): boolean | undefined {
  const least = familyDrivers.get(majorOf(version));
  return least === undefined ? undefined : compareVersions(driver, least) >= 0;
}

export function majorOf(version: string): number {
  return Number(/^\d+/.exec(version)?.[0] ?? 0);
}

/** `12.8.1` → `12.8`. */
export function minorOf(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? `${majorOf(version)}.0`;
}
