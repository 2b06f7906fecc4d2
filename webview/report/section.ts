/** A part of the report with its heading; lists of foreign lines are cut where nobody reads on. */
import { element, shorten, type Child } from '../shared/dom.ts';

export function section(title: string, ...content: readonly Child[]): HTMLElement {
  return element('section', {}, element('h2', {}, title), ...content);
}

/** Undefined without lines. */
export function listSection(title: string, lines: readonly string[]): HTMLElement | undefined {
  if (lines.length === 0) return undefined;
  return section(
    title,
    element('ul', {}, ...lines.slice(0, 100).map(line => element('li', {}, shorten(line, 20_000)))),
  );
}
