/** A chart as a picture that can stand alone: background, heading and legend are drawn around it. */
import { shorten } from '../shared/dom.ts';
import { markerPath } from '../shared/runStyle.ts';
import type { Theme } from '../shared/theme.ts';
import type { ChartScene } from './chartScene.ts';

/** PNG, base64 without prefix. */
export function chartPicture(
  chart: HTMLCanvasElement,
  title: string,
  scene: ChartScene,
  theme: Theme,
): string {
  const ratio = devicePixelRatio;
  const line = 20 * ratio;
  const margin = 12 * ratio;
  const legend = scene.lines.slice(0, 24);
  const canvas = document.createElement('canvas');
  canvas.width = chart.width + 2 * margin;
  canvas.height = chart.height + 2 * margin + line * (legend.length + 1.4);
  const context = canvas.getContext('2d');
  if (context === null) return '';
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  const font = (size: number, weight = ''): string =>
    `${weight} ${size * ratio}px ${theme.font.replace(/^\S+ /, '')}`;
  context.fillStyle = theme.foreground;
  context.font = font(14, '600');
  context.fillText(shorten(title, 90), margin, margin + line / 2, canvas.width - 2 * margin);
  context.drawImage(chart, margin, margin + line * 1.2);
  context.font = font(12);
  legend.forEach(({ label, style }, index) => {
    const y = margin + line * (index + 1.7) + chart.height;
    context.fillStyle = style.colour;
    context.fill(markerPath(style.marker, margin + 6 * ratio, y, 4 * ratio));
    context.fillStyle = theme.foreground;
    context.fillText(shorten(label, 120), margin + 18 * ratio, y, canvas.width - 2 * margin - 18 * ratio);
  });
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
