/**
 * Histograms of both encodings as {@link Histogram}: empty buckets at the ends dropped, ends within the values seen, and
 * no finer than a chart can show: writers make a thousand buckets, most of them tiny ones around zero.
 * Source of the format: HistogramProto in tensorboard/compat/proto/histogram.proto; rows of left end, right end and
 * count in tensorboard/plugins/histogram/metadata.py.
 */
import type { Histogram } from '../../runs/media.ts';
import type { WireReader } from '../protobuf/wireReader.ts';
import type { Tensor } from './tensor.ts';

export const mostBuckets = 10_000;
/** Neighbours that are together narrower than this part of the whole are one. Leaves at most twice as many. */
const finest = 1 / 64;

export function histogramOfMessage(message: WireReader): Histogram {
  let [min, max, count, sum] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const limits: number[] = [];
  const counts: number[] = [];
  while (message.next())
    switch (message.field) {
      case 1:
        min = message.double();
        break;
      case 2:
        max = message.double();
        break;
      case 3:
        count = message.double();
        break;
      case 4:
        sum = message.double();
        break;
      case 6:
        message.numbers('double', limits, mostBuckets);
        break;
      case 7:
        message.numbers('double', counts, mostBuckets);
        break;
      default:
    }
  return tidy(min, max, count, sum, limits, counts);
}

/** Undefined when the tensor is not rows of three. */
export function histogramOfTensor({ shape, numbers }: Tensor): Histogram | undefined {
  if (shape.length !== 2 || (shape[1] !== 3 && shape[0] !== 0)) return undefined;
  const column = (place: number): number[] => numbers.filter((_, index) => index % 3 === place);
  const [lefts, rights, counts] = [column(0), column(1), column(2)];
  return tidy(lefts[0] ?? Number.NaN, rights.at(-1) ?? Number.NaN, Number.NaN, Number.NaN, rights, counts);
}

/** Writers put ±1.8e308 for the outermost ends; JSON has neither infinities nor NaN. */
function tidy(
  min: number,
  max: number,
  count: number,
  sum: number,
  limits: readonly number[],
  counts: readonly number[],
): Histogram {
  const length = Math.min(limits.length, counts.length);
  const tidyCounts = counts.slice(0, length).map(one => (one > 0 && Number.isFinite(one) ? one : 0));
  const first = tidyCounts.findIndex(one => one > 0);
  const last = tidyCounts.findLastIndex(one => one > 0);
  const kept = first === -1 ? [] : tidyCounts.slice(first, last + 1);
  const highest = Number.isFinite(max) ? max : Number.MAX_VALUE;
  const lowest = Number.isFinite(min) ? min : -Number.MAX_VALUE;
  let before = lowest;
  const ends = limits.slice(first === -1 ? length : first, last + 1).map((limit, index) => {
    // The last end is the greatest value seen. Ends that fall would draw buckets backwards.
    const end = index === kept.length - 1 || Number.isNaN(limit) ? highest : limit;
    return (before = Math.max(before, Math.min(end, highest)));
  });
  const total = kept.reduce((all, one) => all + one, 0);
  return {
    min: Number.isFinite(min) ? min : null,
    max: Number.isFinite(max) ? max : null,
    count: Number.isFinite(count) ? count : Number.isFinite(total) ? total : 0,
    sum: Number.isFinite(sum) ? sum : null,
    ...coarser(lowest, ends, kept),
  };
}

function coarser(
  lowest: number,
  ends: readonly number[],
  counts: readonly number[],
): Pick<Histogram, 'ends' | 'counts'> {
  const range = (ends.at(-1) ?? 0) - lowest;
  // Of values without bounds nothing tells how wide a chart would be.
  const width = Number.isFinite(range) ? range * finest : 0;
  const [fewerEnds, fewerCounts]: [number[], number[]] = [[], []];
  let from = lowest;
  ends.forEach((end, index) => {
    const count = counts[index] ?? 0;
    const last = fewerEnds.length - 1;
    if (last >= 0 && (end - from <= width || end === fewerEnds[last])) {
      fewerEnds[last] = end;
      fewerCounts[last] = (fewerCounts[last] ?? 0) + count;
      return;
    }
    from = fewerEnds[last] ?? lowest;
    fewerEnds.push(end);
    fewerCounts.push(count);
  });
  return { ends: fewerEnds, counts: fewerCounts };
}
