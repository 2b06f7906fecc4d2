/**
 * How a run looks on every chart: colour, marker and dash by its slot. The marker alone tells runs apart, so nobody
 * depends on colour.
 */
import type { Theme } from './theme.ts';

export const markerShapes = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star', 'down'] as const;
export type MarkerShape = (typeof markerShapes)[number];

export interface RunStyle {
  readonly colour: string;
  readonly marker: MarkerShape;
  /** In CSS pixels; empty: a solid line. */
  readonly dash: readonly number[];
}

const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

/** Seven markers and six hues have no common divisor: 42 slots before a pair comes back, each round with its dash. */
export function runStyle(slot: number, theme: Theme): RunStyle {
  return {
    colour: theme.hues[slot % theme.hues.length] ?? theme.foreground,
    marker: markerShapes[slot % markerShapes.length] ?? 'circle',
    dash: dashes[Math.floor(slot / theme.hues.length) % dashes.length] ?? [],
  };
}

/** The outline of a marker around (x, y); `radius` in the unit of the target. */
export function markerPath(shape: MarkerShape, x: number, y: number, radius: number): Path2D {
  const path = new Path2D();
  const polygon = (...corners: readonly (readonly [number, number])[]): void => {
    corners.forEach(([dx, dy], i) => {
      if (i === 0) path.moveTo(x + dx * radius, y + dy * radius);
      else path.lineTo(x + dx * radius, y + dy * radius);
    });
    path.closePath();
  };
  switch (shape) {
    case 'circle':
      path.arc(x, y, radius, 0, 2 * Math.PI);
      break;
    case 'square':
      polygon([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]);
      break;
    case 'triangle':
      polygon([0, -1.15], [1.1, 0.85], [-1.1, 0.85]);
      break;
    case 'down':
      polygon([0, 1.15], [1.1, -0.85], [-1.1, -0.85]);
      break;
    case 'diamond':
      polygon([0, -1.3], [1.1, 0], [0, 1.3], [-1.1, 0]);
      break;
    case 'cross': {
      const a = 0.35;
      polygon(
        [-a, -1.1],
        [a, -1.1],
        [a, -a],
        [1.1, -a],
        [1.1, a],
        [a, a],
        [a, 1.1],
        [-a, 1.1],
        [-a, a],
        [-1.1, a],
        [-1.1, -a],
        [-a, -a],
      );
      break;
    }
    case 'star':
      polygon(
        ...Array.from({ length: 10 }, (_, i): [number, number] => {
          const reach = i % 2 === 0 ? 1.35 : 0.6;
          return [Math.sin((i * Math.PI) / 5) * reach, -Math.cos((i * Math.PI) / 5) * reach];
        }),
      );
      break;
  }
  return path;
}

const svgPaths: Record<MarkerShape, string> = {
  circle: 'M6 2a4 4 0 1 0 0 8a4 4 0 0 0 0-8z',
  square: 'M2.4 2.4h7.2v7.2H2.4z',
  triangle: 'M6 1.2L10.6 9.4H1.4z',
  down: 'M6 10.8L10.6 2.6H1.4z',
  diamond: 'M6 .8L10.4 6L6 11.2L1.6 6z',
  cross: 'M4.6 1.4h2.8v3.2h3.2v2.8H7.4v3.2H4.6V7.4H1.4V4.6h3.2z',
  star: 'M6 .6l1.5 3.5l3.8.3L8.4 6.9l.9 3.7L6 8.6l-3.3 2l.9-3.7L.7 4.4l3.8-.3z',
};

/** The marker as a small picture for legends and tables, in `style`'s colour. */
export function markerIcon(style: RunStyle): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 12 12');
  svg.setAttribute('class', 'marker');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', svgPaths[style.marker]);
  path.style.fill = style.colour;
  svg.append(path);
  return svg;
}
