/** Environments inside the repository that the command uses by itself (`bash run.sh`): a reproduction is lent them. */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Captured } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import type { Plan } from '../../runs/plan.ts';
import { innerEnvironments } from '../restore/environmentFolders.ts';

export function lookAtInnerEnvironments(plan: Plan, captured: Captured | undefined): ForecastItem[] {
  return innerEnvironments(plan, captured).map(folder => {
    const what = relative(plan.root, folder).split(sep).join('/');
    const common = { ingredient: 'environment', what } as const;
    if (existsSync(join(folder, 'pyvenv.cfg')))
      return { ...common, availability: 'here', from: 'the workspace' };
    return {
      ...{ ...common, availability: 'gone' },
      reason: 'the command started its Python, and it is not here any more',
      mend: 'Make it once more.',
    };
  });
}
