/** Draws the lines of a scene onto the canvas of a plot, clipped to its area. All sizes are in device pixels. */
import type { Decimated } from '../../../src/series/decimate.ts';
import { markerPath, type RunStyle } from '../runStyle.ts';
import type { Theme } from '../theme.ts';
import type { Scene, SceneBand, SceneFlag, SceneLine } from './scene.ts';

export interface Canvas {
  readonly context: CanvasRenderingContext2D;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  toX(value: number): number;
  toY(value: number): number;
}

/** Markers along a line are this many CSS pixels apart, shifted from run to run so that they do not hide each other. */
const markerDistance = 96;

export function drawScene(canvas: Canvas, scene: Scene, theme: Theme): void {
  const { context } = canvas;
  context.save();
  context.beginPath();
  // A marker on the edge is seen whole.
  const room = 5 * canvas.ratio;
  context.rect(canvas.left - 1, canvas.top - room, canvas.width + room, canvas.height + room);
  context.clip();
  context.lineJoin = 'round';
  if (scene.band !== undefined) drawBand(canvas, scene.band, theme);
  for (const flag of scene.flags) drawFlag(canvas, flag.x, theme);
  for (const line of scene.lines)
    if (line.unsmoothed !== undefined) {
      context.globalAlpha = theme.highContrast ? 0.45 : 0.28;
      strokeLine(canvas, line.unsmoothed, { ...line.style, dash: [] }, scene.log, 1);
    }
  scene.lines.forEach((line, index) => {
    context.globalAlpha = line.faint === true ? 0.55 : 1;
    strokeLine(canvas, line.points, line.style, scene.log, line.faint === true ? 3 : 1.6);
    drawMarkers(canvas, line, scene.log, index);
    drawMarks(canvas, line, scene.log, theme);
  });
  context.restore();
  for (const flag of scene.flags) drawWord(canvas, flag, theme);
}

function drawBand(canvas: Canvas, { colour, xs, low, high }: SceneBand, theme: Theme): void {
  const { context } = canvas;
  const path = new Path2D();
  xs.forEach((x, i) => path.lineTo(canvas.toX(x), canvas.toY(high[i] ?? NaN)));
  for (let i = xs.length - 1; i >= 0; i--) path.lineTo(canvas.toX(xs[i] ?? NaN), canvas.toY(low[i] ?? NaN));
  path.closePath();
  context.save();
  context.globalAlpha = theme.highContrast ? 0.4 : 0.22;
  context.fillStyle = colour;
  context.fill(path);
  context.restore();
}

function strokeLine(canvas: Canvas, points: Decimated, style: RunStyle, log: boolean, width: number): void {
  const { context, ratio } = canvas;
  const path = new Path2D();
  let pen = false;
  for (let i = 0; i < points.xs.length; i++) {
    const y = points.ys[i] ?? NaN;
    // On a logarithmic axis zero and below have no place: the line breaks and a mark stands at the edge.
    if (Number.isNaN(y) || (log && y <= 0)) {
      pen = false;
      continue;
    }
    const x = canvas.toX(points.xs[i] ?? NaN);
    if (pen) path.lineTo(x, canvas.toY(y));
    else path.moveTo(x, canvas.toY(y));
    pen = true;
  }
  context.strokeStyle = style.colour;
  context.lineWidth = width * ratio;
  context.setLineDash(style.dash.map(length => length * ratio));
  context.stroke(path);
  context.setLineDash([]);
}

/** One marker every so often, on the last point, and on every point that stands alone. */
function drawMarkers(canvas: Canvas, line: SceneLine, log: boolean, index: number): void {
  const { context, ratio } = canvas;
  const { xs, ys } = line.points;
  const step = markerDistance * ratio;
  let next = canvas.left + ((index * 0.37 + 0.5) % 1) * step;
  const drawable = (i: number): boolean => {
    const y = ys[i];
    return y !== undefined && !Number.isNaN(y) && !(log && y <= 0);
  };
  let last = -1;
  context.fillStyle = line.style.colour;
  for (let i = 0; i < xs.length; i++) {
    if (!drawable(i)) continue;
    last = i;
    const x = canvas.toX(xs[i] ?? NaN);
    const alone = !drawable(i - 1) && !drawable(i + 1);
    if (x < next && !alone) continue;
    if (x >= next) next += Math.ceil((x - next + 1) / step) * step;
    context.fill(markerPath(line.style.marker, x, canvas.toY(ys[i] ?? NaN), 3.2 * ratio));
  }
  if (last >= 0)
    context.fill(
      markerPath(line.style.marker, canvas.toX(xs[last] ?? NaN), canvas.toY(ys[last] ?? NaN), 3.6 * ratio),
    );
}

/** NaN as a cross and −∞ (on a logarithmic axis also zero and below) at the lower edge, ∞ at the upper edge. */
function drawMarks(canvas: Canvas, line: SceneLine, log: boolean, theme: Theme): void {
  const { context, ratio } = canvas;
  const size = 4 * ratio;
  const top = canvas.top + size + 2 * ratio;
  const bottom = canvas.top + canvas.height - size - 2 * ratio;
  context.lineWidth = 1.8 * ratio;
  context.strokeStyle = line.style.colour;
  context.fillStyle = line.style.colour;
  const { markXs, markKinds, xs, ys } = line.points;
  // Marks that would run into each other are thinned out; the last one of a row stays.
  const drawnAt = [-Infinity, -Infinity, -Infinity];
  markXs.forEach((value, i) => {
    const x = canvas.toX(value);
    const kind = markKinds[i] ?? 0;
    if (x - (drawnAt[kind] ?? 0) < 2.6 * size && i + 1 < markXs.length) return;
    drawnAt[kind] = x;
    switch (kind) {
      case 1:
        context.fill(markerPath('triangle', x, top, size));
        break;
      case 2:
        context.fill(markerPath('down', x, bottom, size));
        break;
      default: {
        const path = new Path2D();
        path.moveTo(x - size, bottom - size);
        path.lineTo(x + size, bottom + size);
        path.moveTo(x + size, bottom - size);
        path.lineTo(x - size, bottom + size);
        context.save();
        context.strokeStyle = theme.background;
        context.lineWidth = 4 * ratio;
        context.stroke(path);
        context.restore();
        context.stroke(path);
      }
    }
  });
  if (!log) return;
  for (let i = 0; i < xs.length; i++)
    if ((ys[i] ?? NaN) <= 0) context.stroke(markerPath('down', canvas.toX(xs[i] ?? NaN), bottom, size * 0.7));
}

function drawFlag(canvas: Canvas, at: number, theme: Theme): void {
  const { context, ratio } = canvas;
  const x = Math.round(canvas.toX(at)) + 0.5;
  context.save();
  context.strokeStyle = theme.error;
  context.lineWidth = 1.5 * ratio;
  context.setLineDash([4 * ratio, 3 * ratio]);
  context.beginPath();
  context.moveTo(x, canvas.top);
  context.lineTo(x, canvas.top + canvas.height);
  context.stroke();
  context.restore();
}

/** Above the plotting area: a word among the curves would be struck through by them. */
function drawWord(canvas: Canvas, { x: at, label }: SceneFlag, theme: Theme): void {
  const { context, ratio } = canvas;
  const x = canvas.toX(at);
  // Zoomed past it.
  if (label === '' || x < canvas.left || x > canvas.left + canvas.width) return;
  context.save();
  context.fillStyle = theme.error;
  context.font = theme.font.replace(/^(\d+)px/, (_, size: string) => `${Number(size) * ratio}px`);
  context.textAlign = x < canvas.left + canvas.width * 0.6 ? 'left' : 'right';
  context.textBaseline = 'bottom';
  context.fillText(label, x, canvas.top - 5 * ratio);
  context.restore();
}
