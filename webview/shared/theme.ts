/**
 * The colours that a canvas needs as values. All of them come from the theme's variables, so that light, dark and
 * high-contrast themes look as the person chose; read again whenever VS Code changes the theme.
 */

import { blend, legible } from './legible.ts';

export interface Theme {
  readonly foreground: string;
  readonly faint: string;
  readonly grid: string;
  readonly background: string;
  readonly focus: string;
  readonly error: string;
  /** `12px <the editor's font>`. */
  readonly font: string;
  readonly highContrast: boolean;
  /** The theme's chart colours, as many as the palette has hues. */
  readonly hues: readonly string[];
}

const hueVariables = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'];

export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const read = (name: string, fallback: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || fallback;
  const foreground = read('foreground', style.color);
  const background = read('editor-background', 'transparent');
  const highContrast = document.body.classList.contains('vscode-high-contrast');
  return {
    foreground,
    faint: read('descriptionForeground', foreground),
    grid: blend(foreground, background, highContrast ? 0.75 : 0.86),
    background,
    focus: read('focusBorder', foreground),
    error: read('errorForeground', foreground),
    font: `11px ${read('font-family', 'sans-serif')}`,
    highContrast,
    hues: hueVariables.map(name => legible(read(`charts-${name}`, foreground), foreground, background)),
  };
}

/** Calls back after the theme changed. VS Code sets a class on the body and variables on the document. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
