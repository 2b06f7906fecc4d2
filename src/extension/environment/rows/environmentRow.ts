/** One row of the Environment tree, as plain data: what it shows is decided here, how it is drawn in environmentTree.ts. */

export interface EnvironmentRow {
  /** Stable over refreshes, unique in the tree. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Name of a codicon. */
  readonly icon: string;
  readonly colour?: 'warning' | 'error' | 'good';
  /** Lines of the hover beyond label and description. */
  readonly tooltip: readonly string[];
  /** Words that the menus of package.json look for. */
  readonly context: string;
  readonly children: readonly EnvironmentRow[];
  /** The project that commands on this row are meant for. */
  readonly root?: string;
  /** A run that a click shows. */
  readonly run?: { readonly store: string; readonly id: string };
  /** Absolute path of a file that a click opens, and where in it, from 1. */
  readonly file?: { readonly path: string; readonly line: number; readonly column: number };
  /** What is read aloud; label and description where it is absent. */
  readonly spoken?: string;
  /** What mends it, for the action of that name. */
  readonly mend?: string;
}

/** `vscode.l10n`, or what stands for it where there is no editor. */
export interface Words {
  t(text: string, ...values: (string | number)[]): string;
}

/** Parts that say something, with dots between. */
export function dotted(...parts: readonly (string | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join(' · ');
}

/** One line of text that somebody else wrote. */
export function plain(text: string, limit = 200): string {
  const line = text
    .slice(0, 4 * limit)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

/** `sha256:9c2d11e4a7b0`: as much as engines show. */
export function shortImage(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
