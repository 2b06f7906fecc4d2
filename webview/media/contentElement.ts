/** What a card shows of one entry. Text of programs goes in as text; pictures come from the run's folder alone. */
import type { MediaContent } from '../../src/protocol/mediaProtocol.ts';
import type { MediaStrings } from '../../src/protocol/mediaStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatNumber } from '../../src/series/formatNumber.ts';
import { clipped, element, shorten } from '../shared/dom.ts';

/** @param before The picture of the step before: kept until the next one is there, so that a slider does not flicker. */
export function contentElement(
  { shown, step }: MediaContent,
  title: string,
  strings: MediaStrings,
  before: HTMLImageElement | null,
): HTMLElement {
  const at = formatNumber(step, 9);
  switch (shown.type) {
    case 'image':
      return picture(shown, formatString(strings.imageLabel, shorten(title, 80), at), strings, before);
    case 'text':
      return element(
        'div',
        {},
        element('pre', {}, shown.text),
        shown.cut ? element('p', { class: 'hint' }, strings.textCut) : undefined,
      );
    case 'histogram':
      return histogram(shown, shorten(title, 80), at, strings);
    case 'table':
      return table(shown, strings);
    case 'file':
      return element(
        'p',
        { class: 'file' },
        clipped('span', shown.name),
        element('span', { class: 'hint number' }, bytesText(shown.size)),
      );
    case 'unavailable':
      return element('p', { class: 'hint' }, formatString(strings.unavailable, shorten(shown.reason)));
  }
}

type Shown<Type extends MediaContent['shown']['type']> = Extract<MediaContent['shown'], { type: Type }>;

function picture(
  { uri, width, height }: Shown<'image'>,
  label: string,
  strings: MediaStrings,
  before: HTMLImageElement | null,
): HTMLElement {
  const image = before ?? element('img', { decoding: 'async' });
  const problem = element('p', { class: 'hint', hidden: true }, strings.notAnImage);
  image.hidden = false;
  image.onerror = () => {
    image.hidden = true;
    problem.hidden = false;
  };
  image.alt = label;
  if (width !== undefined && height !== undefined) image.title = `${width} × ${height}`;
  image.src = uri;
  return element('div', { class: 'picture' }, image, problem);
}

const drawnHeight = 100;

function histogram(
  shown: Shown<'histogram'>,
  title: string,
  step: string,
  strings: MediaStrings,
): HTMLElement {
  const [count = '', min = '', max = '', mean = ''] = [shown.count, shown.min, shown.max, shown.mean].map(
    number => formatNumber(number),
  );
  const most = Math.max(...shown.bars, Number.MIN_VALUE);
  const path = Array.from(shown.bars, (value, i) => {
    // A bar that holds anything at all is seen.
    const height = value > 0 ? Math.max(1, (value / most) * drawnHeight) : 0;
    return height === 0 ? '' : `M${i} ${drawnHeight}v-${height.toFixed(2)}h.92v${height.toFixed(2)}z`;
  }).join('');
  const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  drawn.setAttribute('viewBox', `0 0 ${shown.bars.length} ${drawnHeight}`);
  drawn.setAttribute('preserveAspectRatio', 'none');
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', formatString(strings.histogramLabel, title, step, count, min, max, mean));
  const bars = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  bars.setAttribute('d', path);
  drawn.append(bars);
  return element(
    'figure',
    { class: 'bars' },
    drawn,
    element(
      'figcaption',
      { class: 'hint' },
      element('span', { class: 'number' }, min),
      element('span', { class: 'number' }, formatString(strings.histogramCount, count, mean)),
      element('span', { class: 'number' }, max),
    ),
  );
}

function table(shown: Shown<'table'>, strings: MediaStrings): HTMLElement {
  const { columns, rows, totalRows, totalColumns } = shown;
  const cut: string[] = [];
  if (rows.length < totalRows) cut.push(formatString(strings.tableCut, rows.length, totalRows));
  if (columns.length < totalColumns) cut.push(formatString(strings.columnsCut, columns.length, totalColumns));
  return element(
    'div',
    {},
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...columns.map(name => clipped('th', name, { scope: 'col' })))),
      element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map(cell => clipped('td', cell))))),
    ),
    cut.length > 0 ? element('p', { class: 'hint' }, cut.join(' ')) : undefined,
  );
}

/** `1.2 MB`, decimal units as file managers show them. */
function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[power] ?? ''}`;
}
