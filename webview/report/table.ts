/** A table of the report, and the cells that several of them have. Rebuilt as a whole; its texts may be foreign. */
import { element, setAttributes, type Child } from '../shared/dom.ts';
import { icon } from '../shared/icons.ts';
import type { Look } from './verdictLook.ts';

/** @param numbersFrom Index of the first column of numbers. */
export function table(
  heads: readonly string[],
  rows: readonly Child[],
  name: string,
  numbersFrom = Infinity,
): HTMLElement {
  const made = element(
    'table',
    { class: `table-${name}` },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...heads.map((head, i) =>
          element('th', { scope: 'col', class: i >= numbersFrom ? 'number' : undefined }, head),
        ),
      ),
    ),
    element('tbody', {}, ...rows),
  );
  setAttributes(made, { 'data-rows': rows.length });
  return element('div', { class: 'table-frame' }, made);
}

export function status(look: Look): HTMLElement {
  return element('span', { class: 'status', 'data-tone': look.tone }, icon(look.icon), look.word);
}

export function numberCell(text: string): HTMLElement {
  return element('td', { class: 'number' }, text);
}
