/** Lines of a forecast about data: what is here, pinned or gone. */
import type { ForecastItem } from '../../runs/forecast.ts';
import { checkedOut, madeAgain } from '../restore/errors.ts';
import type { PinnedLook } from './lookAtPinned.ts';
import { sumBytes, wholeBytes } from './wholeBytes.ts';

export function pinnedItem(
  { path, availability, bytes, from, reason, waitsForCode }: PinnedLook,
  what = path,
): ForecastItem {
  return {
    ...{ ingredient: 'data', what, availability },
    ...(bytes === undefined ? {} : { bytes }),
    ...(from === undefined ? {} : { from }),
    ...(reason === undefined || availability === 'here' ? {} : { reason }),
    ...(availability === 'gone'
      ? { mend: 'Have it pushed from a machine that has it: lockstep data push' }
      : availability === 'unknown' && waitsForCode !== true
        ? { mend: `Ask for it: lockstep data fetch ${what}` }
        : {}),
  };
}

export function goneItem(what: string, size: { bytes?: number }, reason: string, mend: string): ForecastItem {
  return { ingredient: 'data', what, availability: 'gone', ...size, reason, mend };
}

/** With how it is had again, where a pin of today holds it or a recorded run wrote it. */
export function withSource(
  item: ForecastItem,
  writers: ReadonlyMap<string, string>,
  since: ReadonlySet<string>,
): ForecastItem {
  if (since.has(item.what) && item.availability === 'gone') return { ...item, mend: checkedOut([item.what]) };
  const id = writers.get(item.what);
  if (id === undefined) return item;
  return {
    ...item,
    mend: [item.mend?.replace(/\.?$/, '.'), madeAgain(item.what, id)].filter(Boolean).join(' '),
  };
}

const shownAlone = 6;

/** Many files that are simply there are one line. */
export function itemsHere(
  files: readonly { path: string; size: number | undefined }[],
  ingredient: 'data' | 'code' = 'data',
): ForecastItem[] {
  if (files.length === 0) return [];
  const common = { ingredient, availability: 'here', from: 'the workspace' } as const;
  if (files.length <= shownAlone)
    return files.map(({ path, size }) => ({
      ...common,
      what: path,
      ...(size === undefined ? {} : { bytes: wholeBytes(size) }),
    }));
  const what = `${files.length} ${ingredient === 'code' ? 'loaded files beside the snapshot' : 'files'}`;
  return [{ ...common, what, bytes: sumBytes(files.map(one => one.size)) }];
}
