/** Inputs that the run wrote to after it had read them: whether what they held is still to be had, and from where. */
import type { FileUse } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import { earlierContent } from '../restore/earlierContent.ts';
import type { EarlierQuestion } from '../restore/earlierContent.ts';
import { decidesNothing, lostText, openedAs, type Opened } from '../restore/isOverwritten.ts';
import { wholeBytes } from './wholeBytes.ts';

export interface LostEarlier {
  readonly path: string;
  readonly opened: Opened;
  readonly sha256?: string | undefined;
}

export interface EarlierLook {
  /** All that the run wrote to. */
  readonly paths: ReadonlySet<string>;
  readonly items: readonly ForecastItem[];
  readonly lost: readonly LostEarlier[];
}

/** @param without Inputs that the reproduction is to go on without. Rejects only when aborted. */
export async function lookAtEarlier(
  inputs: readonly FileUse[],
  question: Omit<EarlierQuestion, 'input' | 'folder'>,
  without: readonly string[] = [],
): Promise<EarlierLook> {
  const { result } = question.original;
  const outputs = new Map((result?.outputs ?? []).map(output => [output.path, output]));
  const paths = new Set<string>();
  const items: ForecastItem[] = [];
  const lost: LostEarlier[] = [];
  for (const input of inputs) {
    const { path, sha256 } = input;
    const opened = openedAs(input, outputs.get(path), result);
    if (opened === undefined) continue;
    paths.add(path);
    const size = input.size === undefined ? {} : { bytes: wholeBytes(input.size) };
    const found = await earlierContent({ ...question, input });
    if (found !== undefined) {
      items.push({ ingredient: 'data', what: path, availability: 'here', ...size, from: found.from });
      continue;
    }
    if (decidesNothing(path, opened)) continue;
    lost.push({ path, opened, sha256 });
    items.push({
      ...{ ingredient: 'data', what: path, ...size },
      // What it does without is another matter: it starts, and its verdict says so.
      availability: opened === 'replace' && !without.includes(path) ? 'gone' : 'unknown',
      reason: lostText(input, opened).replace(`${path} `, 'it '),
    });
  }
  return { paths, items, lost };
}
