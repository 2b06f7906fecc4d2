/** The list of runs at the crosshair, ranked by value. One for the whole panel; it never takes the pointer. */
import { formatMetric } from '../../src/series/formatMetric.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import type { ChartsStrings } from '../../src/protocol/chartsStrings.ts';
import { clipped, element, replaceChildren } from '../shared/dom.ts';
import { markerIcon } from '../shared/runStyle.ts';
import type { RankedValue } from './ranking.ts';

const shownRows = 12;

export interface TooltipContent {
  /** What x is, as text. */
  readonly heading: string;
  readonly rows: readonly RankedValue[];
  readonly metric?: string | undefined;
  /** Height of the pointer on the y axis: the nearest value is emphasised. */
  readonly y: number | undefined;
  readonly clientX: number;
  readonly clientY: number;
}

export class Tooltip {
  readonly root = element('div', { class: 'tooltip', role: 'tooltip', hidden: true });
  readonly #strings: ChartsStrings;

  constructor(strings: ChartsStrings) {
    this.#strings = strings;
  }

  hide(): void {
    this.root.hidden = true;
  }

  show(content: TooltipContent): void {
    const nearest = nearestRow(content.rows, content.y);
    const rows = content.rows.slice(0, shownRows);
    replaceChildren(
      this.root,
      element('div', { class: 'tooltip-heading' }, content.heading),
      ...rows.map(row =>
        element(
          'div',
          { class: row === nearest ? 'tooltip-row nearest' : 'tooltip-row' },
          markerIcon(row.line.style),
          clipped('span', row.line.label, { class: 'tooltip-name' }),
          element('span', { class: 'number' }, formatMetric(content.metric, row.value)),
        ),
      ),
      content.rows.length > shownRows
        ? element(
            'div',
            { class: 'tooltip-heading' },
            formatString(this.#strings.moreRuns, content.rows.length - shownRows),
          )
        : undefined,
    );
    this.root.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const gap = 14;
    const fitsRight = content.clientX + gap + width < innerWidth;
    const left = fitsRight ? content.clientX + gap : Math.max(4, content.clientX - gap - width);
    const top = Math.max(4, Math.min(innerHeight - height - 4, content.clientY + gap));
    this.root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

function nearestRow(rows: readonly RankedValue[], y: number | undefined): RankedValue | undefined {
  if (y === undefined || rows.length < 2) return undefined;
  let nearest: RankedValue | undefined;
  let distance = Infinity;
  for (const row of rows) {
    const away = Math.abs(row.value - y);
    if (away < distance) [nearest, distance] = [row, away];
  }
  return nearest;
}
