/** The two scenes of the comparison chart: both runs over each other, and how far they are apart below. */
import type { Overlay } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { extent } from '../../src/series/domains.ts';
import { formatNumber } from '../../src/series/formatNumber.ts';
import {
  sceneX,
  sceneY,
  type Scene,
  type SceneBand,
  type SceneLine,
  type Zoom,
} from '../shared/plot/scene.ts';
import type { RunStyle } from '../shared/runStyle.ts';
import type { Theme } from '../shared/theme.ts';

export function originalStyle(theme: Theme): RunStyle {
  return { colour: theme.faint, marker: 'square', dash: [] };
}

export function reproductionStyle(theme: Theme): RunStyle {
  return { colour: theme.hues[0] ?? theme.foreground, marker: 'circle', dash: [] };
}

export function bandColour(theme: Theme): string {
  return theme.faint;
}

export function valuesScene(
  overlay: Overlay,
  zoom: Zoom | undefined,
  theme: Theme,
  strings: ReportStrings,
): Scene {
  const x = sceneX(zoom?.x, overlay.xRange, 'step');
  const lines: SceneLine[] = [
    {
      id: 'original',
      label: strings.original,
      style: originalStyle(theme),
      points: overlay.original,
      faint: true,
    },
    {
      id: 'reproduction',
      label: strings.reproduction,
      style: reproductionStyle(theme),
      points: overlay.reproduction,
    },
  ];
  const { first, band } = overlay;
  return {
    xAxis: 'step',
    log: false,
    metric: overlay.key,
    x,
    y: zoom?.y ?? sceneY(lines, x, false),
    lines,
    band: band && { ...band, colour: bandColour(theme) },
    flags:
      first === undefined
        ? []
        : [{ x: first.step, label: formatString(strings.firstDivergence, formatNumber(first.step)) }],
  };
}

/** Undefined when nothing differs: a sentence says that better than an empty chart. */
export function differenceScene(
  overlay: Overlay,
  zoom: Zoom | undefined,
  theme: Theme,
  strings: ReportStrings,
): Scene | undefined {
  if (overlay.first === undefined) return undefined;
  const { difference } = overlay;
  const [smallest, largest] = extent(difference.ys, value => value > 0) ?? [1, 1];
  const lowest = Math.max(1e-300, 10 ** Math.floor(Math.log10(smallest)));
  const highest = Math.max(lowest * 10, 10 ** Math.ceil(Math.log10(largest)));
  // Equal points have no place on a logarithmic axis: they stand one decade below the smallest difference, as 0.
  const zeroAt = lowest / 10;
  return {
    xAxis: 'step',
    log: true,
    x: sceneX(zoom?.x, overlay.xRange, 'step'),
    y: [zeroAt, highest],
    zeroAt,
    lines: [
      {
        id: 'difference',
        label: strings.relativeDifference,
        style: { colour: theme.error, marker: 'diamond', dash: [] },
        points: { ...difference, ys: difference.ys.map(y => (y === 0 ? zeroAt : y)) },
      },
    ],
    band: overlay.band && { ...allowedShare(overlay.band, zeroAt), colour: bandColour(theme) },
    flags: [{ x: overlay.first.step, label: '' }],
  };
}

/** The same band as a share of the original, from the floor of the chart up: where values differ by less than a pixel, only this shows it. */
function allowedShare(
  { xs, low, high }: NonNullable<Overlay['band']>,
  floor: number,
): Omit<SceneBand, 'colour'> {
  const share = xs.map((_, i) => {
    const [from, to] = [low[i] ?? NaN, high[i] ?? NaN];
    return Math.max(floor, (to - from) / Math.abs(from + to) || 0);
  });
  return { xs, low: xs.map(() => floor), high: share };
}
