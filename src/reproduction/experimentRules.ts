/** The rules of lockstep.yaml for one experiment, as a reproduction wants them. */
import type { ExperimentFile, ToleranceRule } from '../execution/experiments/experimentFile.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';
import { defaultTolerances } from './comparison/tolerance.ts';
import type { Tolerance } from './comparison/tolerance.ts';

/** Rules of the whole file first, then those of `experiment`, so that the latter win. */
export function experimentRules(
  file: ExperimentFile,
  experiment: string | undefined,
): Pick<ReproductionOptions, 'tolerances' | 'volatile' | 'resume'> {
  const own =
    experiment !== undefined && Object.hasOwn(file.experiments, experiment)
      ? file.experiments[experiment]
      : undefined;
  const resume = own?.resume ?? file.resume;
  return {
    ...(resume === undefined ? {} : { resume }),
    tolerances: [...Object.entries(file.tolerances), ...Object.entries(own?.tolerances ?? {})].map(
      ([pattern, rule]) => ({ pattern, tolerance: toleranceOf(rule) }),
    ),
    volatile: {
      metrics: [...(file.volatile?.metrics ?? []), ...(own?.volatile?.metrics ?? [])],
      outputs: [...(file.volatile?.outputs ?? []), ...(own?.volatile?.outputs ?? [])],
    },
  };
}

function toleranceOf(rule: ToleranceRule): Tolerance {
  if (typeof rule !== 'string') return rule;
  return rule === 'exact' ? { rtol: 0, atol: 0 } : defaultTolerances[rule];
}
