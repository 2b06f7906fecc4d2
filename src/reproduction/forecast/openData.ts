/**
 * Data of which a forecast cannot say that a reproduction reads the same: folders whose names were asked for, what other
 * machines answer, and files of the code that have changed in the workspace where something may lead the program there.
 */
import { join } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import { fileNow, type ReadingBudget } from './fileNow.ts';

export interface OpenDataQuestion {
  readonly inputs: readonly FileUse[];
  /** Folders whose names were asked for. */
  readonly listed: readonly string[];
  /** Other machines that it talked to. */
  readonly hosts: readonly string[];
  /** Ways into the workspace that were found. */
  readonly escapes: readonly string[];
  /** Absolute. */
  readonly workspace: string;
  readonly budget: ReadingBudget;
  readonly signal?: AbortSignal | undefined;
}

const mostFiles = 1000;
const mostTold = 5;

/** Rejects only when aborted. */
export async function openData(question: OpenDataQuestion): Promise<ForecastItem[]> {
  const { inputs, listed, hosts, escapes, workspace, budget, signal } = question;
  const items: ForecastItem[] = listed.slice(0, mostTold).map(folder => ({
    ...{ ingredient: 'data', what: folder, availability: 'unknown' },
    reason: 'the program looked through it, and which files it held is not recorded',
  }));
  for (const host of hosts.slice(0, mostTold))
    items.push({
      ...{ ingredient: 'data', what: `what ${host} answers`, availability: 'unknown' },
      reason: 'the program connected to it, or tried to, and what it answered is not recorded',
      ...(host === 'huggingface.co'
        ? { mend: 'With HF_HUB_OFFLINE=1 it asks nobody, and takes what is here.' }
        : {}),
    });
  if (hosts.length > mostTold)
    items.push({
      ...{ ingredient: 'data', what: `what ${hosts.length - mostTold} more answer`, availability: 'unknown' },
      reason: 'the program connected to them, or tried to, and what they answered is not recorded',
    });
  if (escapes.length === 0) return items;
  const read = inputs.filter(use => use.inSnapshot === true && use.sha256 !== undefined);
  let told = 0;
  for (const use of read.slice(0, mostFiles)) {
    if (told === mostTold) break;
    const { state } = await fileNow(join(workspace, use.path), use, budget, signal);
    if (state !== 'changed' && state !== 'missing') continue;
    told++;
    items.push({
      ...{ ingredient: 'data', what: `${use.path} of the workspace`, availability: 'unknown' },
      reason: `it ${state === 'changed' ? 'has changed' : 'is gone'} since the run, which may have read it there`,
    });
  }
  return items;
}
