/** Whether what a run found in folders that it looked through is still there, by the same rule as restoring gives it. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import { isOtherFile } from '../restore/isOtherFile.ts';
import { otherFiles } from '../restore/presentFiles.ts';
import type { PinnedLook } from './lookAtPinned.ts';
import { wholeBytes } from './wholeBytes.ts';

export interface PresentLook {
  readonly items: readonly ForecastItem[];
  /** In the words of the verdict. */
  readonly caps: readonly string[];
  /** Pins that it takes. */
  readonly covered: readonly string[];
  /** Bytes of the workspace that are copied. */
  readonly copied: number;
}

const most = 5;

/** Never rejects. @param files See presentFiles.ts; those that the snapshot holds left out. */
export async function lookAtPresent(
  workspace: string,
  files: readonly FileUse[],
  looks: readonly PinnedLook[],
): Promise<PresentLook> {
  const covered = new Set<string>();
  const other: string[] = [];
  let copied = 0;
  for (const file of files) {
    const pin = looks.find(
      ({ path, availability }) =>
        (path === file.path || file.path.startsWith(`${path}/`)) &&
        (availability === 'here' || availability === 'fetchable'),
    );
    if (pin !== undefined) {
      covered.add(pin.path);
      continue;
    }
    const found = await stat(join(workspace, file.path)).catch(() => undefined);
    if (found === undefined || isOtherFile(file, found)) other.push(file.path);
    else copied += wholeBytes(found.size);
  }
  const caps = otherFiles(other);
  const items = caps.slice(0, most).map((cap): ForecastItem => ({
    ...{ ingredient: 'data', what: cap.slice(0, cap.indexOf(' does not hold ')), availability: 'unknown' },
    reason: 'the program looked through it, and its files are not those that it found there',
  }));
  return { items, caps, covered: [...covered], copied };
}
