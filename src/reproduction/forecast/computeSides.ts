/** What computes, in the original and now: what the rules of closeness compare. */
import type { Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import type { ComputeSide } from './closeness/computeSide.ts';
import { visibleVariables, type EnvironmentLook } from './lookAtEnvironment.ts';

export function computeSides(facts: {
  readonly plan: Plan;
  readonly original: RunDetails;
  readonly recordedPackages: readonly Package[] | undefined;
  readonly environmentLook: EnvironmentLook;
  readonly options: Partial<ReproductionOptions>;
  /** Of this machine. */
  readonly hardware: ComputeSide['hardware'];
}): { original: ComputeSide; now: ComputeSide } {
  const { plan, original, recordedPackages, environmentLook, options } = facts;
  const recorded = visibleVariables(plan);
  const interpreter = knownValue(plan.interpreter);
  const { interpreterNow, packagesNow } = environmentLook;
  const recordedHardware = knownValue(original.captured?.hardware);
  const hardware = inImage(environmentLook)
    ? withoutSystem(facts.hardware, recordedHardware)
    : facts.hardware;
  return {
    original: {
      hardware: recordedHardware,
      facts: original.captured?.facts ?? {},
      variables: recorded,
      packages: recordedPackages,
      python: interpreter?.version,
      implementation: interpreter?.implementation?.toLowerCase(),
    },
    now: {
      hardware,
      facts: {},
      variables: withOverrides(recorded, options.variables ?? {}),
      packages: packagesNow,
      python: interpreterNow?.version,
      implementation: interpreterNow?.implementation?.toLowerCase(),
    },
  };
}

/** A reproduction sets recorded variables again, and over them what was asked for. */
function withOverrides(
  recorded: Readonly<Record<string, string>>,
  overrides: ReproductionOptions['variables'],
): Record<string, string> {
  const all = new Map(Object.entries(recorded));
  for (const [name, value] of Object.entries(overrides))
    if (value === null) all.delete(name);
    else all.set(name, value);
  return Object.fromEntries(all);
}

/** Whether the command would run in a container. */
export function inImage({ route }: EnvironmentLook): boolean {
  return route?.kind.startsWith('image-') === true;
}

/** In a container of the same image system and C library are the image's, whatever this machine has. */
function withoutSystem(
  hardware: ComputeSide['hardware'],
  original: ComputeSide['hardware'],
): ComputeSide['hardware'] {
  if (hardware === undefined) return undefined;
  const { os = hardware.os, libc } = original ?? {};
  return { ...hardware, os, libc };
}
