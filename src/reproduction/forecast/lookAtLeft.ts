/** What a run left outside its repository: a program that makes only what is not there does not make it again. */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { ForecastItem } from '../../runs/forecast.ts';
import type { Plan } from '../../runs/plan.ts';
import type { Result } from '../../runs/result.ts';
import { wasWritten } from '../../runs/wasWritten.ts';
import { isCountedOutput } from '../comparison/compareOutputs.ts';
import { isOtherFile } from '../restore/isOtherFile.ts';
import { redirectedBy } from '../restore/outsideOutputs.ts';

const most = 5;

/** Never rejects. */
export async function lookAtLeft(plan: Plan, result: Result | undefined): Promise<ForecastItem[]> {
  const items: ForecastItem[] = [];
  for (const output of result?.outputs ?? []) {
    const { path } = output;
    if (items.length === most) break;
    if (!isAbsolute(path) || path.includes(plan.id) || redirectedBy(plan.argv, path) !== undefined) continue;
    if (!wasWritten(output) || !isCountedOutput(output, plan.declaredOutputs)) continue;
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || isOtherFile(output, found)) continue;
    items.push({
      ...{ ingredient: 'data', what: path, availability: 'unknown' },
      reason: 'it is there as the run left it, and the program may not make it again',
    });
  }
  return items;
}
