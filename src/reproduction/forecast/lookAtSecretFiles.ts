/** Files with secrets that the run read, of which a record keeps nothing: whether a reproduction can be lent them. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ForecastItem } from '../../runs/forecast.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { lentFiles } from '../restore/linkSecretFiles.ts';

export async function lookAtSecretFiles(
  original: Pick<RunDetails, 'captured' | 'shared' | 'plan'>,
  workspace: string,
): Promise<ForecastItem[]> {
  const lent = new Set(lentFiles(original));
  return Promise.all(
    (original.captured?.notKept ?? []).map(async (what): Promise<ForecastItem> => {
      const common = { ingredient: 'data', what } as const;
      if (!lent.has(what))
        return {
          ...{ ...common, availability: 'unknown' },
          reason:
            'the run reads it, it may hold secrets, and only a run that you started yourself is given yours',
          mend: 'Set what the program needs of it as variables.',
        };
      const found = await stat(join(workspace, what)).catch(() => undefined);
      const isHere = found?.isFile() === true;
      if (isHere && found.mtimeMs > Date.parse(original.plan?.createdAt ?? ''))
        return {
          ...{ ...common, availability: 'unknown' },
          reason:
            'it was written to since the run, and what it held then is not kept because it may hold secrets',
        };
      if (isHere) return { ...common, availability: 'here', from: 'the workspace, as it is now' };
      return {
        ...{ ...common, availability: 'unknown' },
        reason: 'the run reads it, and it is not kept because it may hold secrets',
        mend: `Put ${what} there yourself.`,
      };
    }),
  );
}
