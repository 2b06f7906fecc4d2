/**
 * One metric of both runs as SVG: the original pale below the reproduction, their relative difference under it on a
 * logarithmic axis, the first difference marked. Classes alone, no style attributes, so that a strict policy allows it.
 */
import type { Decimated } from '../../series/decimate.ts';
import { extent, linearDomain, logDomain, type Range } from '../../series/domains.ts';
import { formatMetric } from '../../series/formatMetric.ts';
import { formatNumber, formatRelative } from '../../series/formatNumber.ts';
import { escapeHtml } from './escapeHtml.ts';
import type { NoiseArea } from './noiseOverlay.ts';
import type { ReportChart } from './reportContent.ts';

const size = { width: 720, left: 66, right: 14, top: 22, values: 190, gap: 34, difference: 84, bottom: 28 };

/** What the series are to be reduced to. */
export const chartWidth = size.width - size.left - size.right;

export function overlaySvg({ key, overlay, band }: ReportChart): string {
  const { original, reproduction, difference, first, xRange } = overlay;
  const x = linearDomain(xRange, 0);
  const y = linearDomain(extent([...original.ys, ...reproduction.ys]));
  const top = size.top;
  const bottom = top + size.values;
  const apart = first === undefined ? undefined : differenceAxis(difference);
  const lower = bottom + size.gap;
  const end = apart === undefined ? bottom : lower + size.difference;
  const height = end + size.bottom;
  const toX = (value: number): number => size.left + share(value, x) * chartWidth;
  const toY = (value: number): number => bottom - share(value, y) * size.values;
  const words = description(key, overlay);
  return [
    `<svg viewBox="0 0 ${size.width} ${height}" role="img" aria-label="${escapeHtml(words)}">`,
    ...ticks(y).map(
      value =>
        `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${fixed(toY(value))}" y2="${fixed(toY(value))}"/>` +
        `<text class="tick" text-anchor="end" x="${size.left - 8}" y="${fixed(toY(value) + 4)}">${formatMetric(key, value, 4)}</text>`,
    ),
    ...ticks(x, 8).map(
      value =>
        `<text class="tick" text-anchor="middle" x="${fixed(toX(value))}" y="${end + 18}">${formatNumber(value, 6)}</text>`,
    ),
    `<line class="axis" x1="${size.left}" x2="${size.width - size.right}" y1="${bottom}" y2="${bottom}"/>`,
    ...(band === undefined ? [] : [`<path class="band" d="${area(band, toX, toY)}"/>`]),
    `<path class="original" d="${line(original, toX, toY)}"/>`,
    `<path class="now" d="${line(reproduction, toX, toY)}"/>`,
    ...(apart === undefined ? [] : lowerChart(difference, apart, lower, toX)),
    ...(first === undefined ? [] : [mark(first.step, toX(first.step), top, end)]),
    '</svg>',
  ].join('\n');
}

function lowerChart(
  difference: Decimated,
  axis: Range,
  top: number,
  toX: (value: number) => number,
): string[] {
  const bottom = top + size.difference;
  const [low, high] = [Math.log10(axis[0]), Math.log10(axis[1])];
  // Equal points have no place on a logarithmic axis: they stand on its foot.
  const toY = (value: number): number =>
    bottom - share(value > 0 ? Math.max(low, Math.log10(value)) : low, [low, high]) * size.difference;
  return [
    // At the right edge: a first difference is mostly near the left one, and its mark goes through here.
    `<text class="tick" text-anchor="end" x="${size.width - size.right}" y="${top - 8}">relative difference</text>`,
    ...[axis[0], axis[1]].map(
      value =>
        `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${fixed(toY(value))}" y2="${fixed(toY(value))}"/>` +
        `<text class="tick" text-anchor="end" x="${size.left - 8}" y="${fixed(toY(value) + 4)}">${formatRelative(value)}</text>`,
    ),
    `<path class="difference" d="${line(difference, toX, toY)}"/>`,
  ];
}

function mark(step: number, x: number, top: number, bottom: number): string {
  const right = x > size.width / 2;
  return (
    `<line class="mark" x1="${fixed(x)}" x2="${fixed(x)}" y1="${top}" y2="${bottom}"/>` +
    `<text class="mark-label" text-anchor="${right ? 'end' : 'start'}" x="${fixed(x + (right ? -6 : 6))}" y="${top - 7}">first difference: step ${formatNumber(step)}</text>`
  );
}

function differenceAxis({ ys }: Decimated): Range {
  return logDomain(extent(ys, value => value > 0));
}

function description(key: string, { comparedPoints, first }: ReportChart['overlay']): string {
  return first === undefined
    ? `${key}: ${comparedPoints} points of both runs, all equal`
    : `${key}: ${comparedPoints} points of both runs, different from step ${formatNumber(first.step)} on`;
}

function line({ xs, ys }: Decimated, toX: (value: number) => number, toY: (value: number) => number): string {
  let path = '';
  let drawing = false;
  xs.forEach((x, at) => {
    const y = ys[at] ?? NaN;
    if (!Number.isFinite(x) || Number.isNaN(y)) {
      drawing = false;
      return;
    }
    const place = `${fixed(toX(x))} ${fixed(toY(y))}`;
    const next = ys[at + 1];
    // A point between two gaps is drawn as a dot.
    if (drawing) path += `L${place}`;
    else path += `M${place}${next === undefined || Number.isNaN(next) ? 'h0.1' : ''}`;
    drawing = true;
  });
  return path;
}

/** What lies outside of the chart ends at its edge. */
function area(
  { xs, low, high }: NoiseArea,
  toX: (value: number) => number,
  toY: (value: number) => number,
): string {
  const edge = (ys: Float64Array): string[] =>
    [...xs].flatMap((x, at) => {
      const y = ys[at] ?? NaN;
      return Number.isFinite(x) && !Number.isNaN(y) ? [`${fixed(toX(x))} ${fixed(toY(y))}`] : [];
    });
  const points = [...edge(high), ...edge(low).reverse()];
  return points.length === 0 ? '' : `M${points.join('L')}Z`;
}

/** Where in the range a value lies, from 0 to 1; the ends for what lies outside. */
function share(value: number, [from, to]: Range): number {
  const span = to - from;
  // Halves keep the difference finite between the largest numbers there are.
  const part = Number.isFinite(span) ? (value - from) / span : (value / 2 - from / 2) / (to / 2 - from / 2);
  return Number.isNaN(part) ? 0.5 : Math.min(1, Math.max(0, part));
}

/** Round values within the range, about `most` of them. */
function ticks([from, to]: Range, most = 5): number[] {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span)) return [from];
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(one => one >= rough) ?? rough;
  const found: number[] = [];
  for (let at = Math.ceil(from / step); at * step <= to && found.length < 20; at += 1)
    found.push(Number((at * step).toPrecision(12)));
  return found;
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}
