/** What the keyboard does on a chart: arrows walk along the points, plus and minus zoom, zero shows everything. */
import type { Range } from '../../src/series/domains.ts';
import type { CardEvents, ChartCard } from './chartCard.ts';
import type { ChartScene } from './chartScene.ts';
import { nextX } from './ranking.ts';

/** Where the keyboard stands on each chart. */
const positions = new WeakMap<ChartCard, number>();

export function cardKeys(event: KeyboardEvent, scene: ChartScene, card: ChartCard, events: CardEvents): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const [from, to] = scene.x;
  const position = positions.get(card);
  const goTo = (x: number | undefined): void => {
    if (x === undefined || x < from || x > to) return;
    positions.set(card, x);
    events.onCrosshair(card, { x, ...card.clientPosition(x) });
  };
  switch (event.key) {
    case 'ArrowRight':
      goTo(nextX(scene.lines, position ?? -Infinity, 1));
      break;
    case 'ArrowLeft':
      goTo(nextX(scene.lines, position ?? Infinity, -1));
      break;
    case 'Home':
      goTo(nextX(scene.lines, from - Number.EPSILON, 1));
      break;
    case 'End':
      goTo(nextX(scene.lines, Infinity, -1));
      break;
    case '+':
    case '=':
      events.onZoom(card, { x: zoomed(scene.x, position, 0.5) });
      break;
    case '-':
      if (card.zoom !== undefined) events.onZoom(card, { x: zoomed(scene.x, position, 2) });
      break;
    case '0':
      events.onZoom(card, undefined);
      break;
    case 'Escape':
      positions.delete(card);
      events.onCrosshair(card, undefined);
      break;
    default:
      return;
  }
  event.preventDefault();
}

function zoomed([from, to]: Range, around: number | undefined, factor: number): Range {
  const middle = around ?? (from + to) / 2;
  return [middle - (middle - from) * factor, middle + (to - middle) * factor];
}
