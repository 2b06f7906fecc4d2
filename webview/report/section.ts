/** A part of the report with its heading; lists of foreign lines are cut where nobody reads on. */
import { element, replaceChildren, setAttributes, shorten, type Child } from '../shared/dom.ts';

export function section(title: string, ...content: readonly Child[]): HTMLElement {
  const made = element('section', {}, element('h2', {}, title), ...content);
  nameTables(made, title);
  return made;
}

/** Puts what there is into a section that stands in its place already; without anything it is not seen. */
export function fillSection(target: HTMLElement, title: string, ...content: readonly Child[]): void {
  target.hidden = content.every(child => child === undefined);
  replaceChildren(target, element('h2', {}, title), ...content);
  nameTables(target, title);
}

/** Tables are rebuilt with every snapshot; the keyboard's place in them is kept. */
export function refocus(within: HTMLElement, title: string): void {
  for (const candidate of within.querySelectorAll<HTMLElement>('button.link'))
    if (candidate.title === title) candidate.focus({ preventScroll: true });
}

/** A screen reader lists tables by their names. */
function nameTables(within: HTMLElement, title: string): void {
  for (const table of within.querySelectorAll('table')) setAttributes(table, { 'aria-label': title });
}

/** Undefined without lines. */
export function listSection(title: string, lines: readonly string[]): HTMLElement | undefined {
  if (lines.length === 0) return undefined;
  return section(
    title,
    element('ul', {}, ...lines.slice(0, 100).map(line => element('li', {}, shorten(line, 20_000)))),
  );
}
