/** What data commands say in several places: amounts, lists of paths, what was kept, what is missing. */
import type { KeptFile, Amount, Problem, TroubledObject } from '../../data/operations/dataResult.ts';
import type { Terminal } from '../terminal.ts';
import { countText, sizeText } from './describe.ts';
import { printable } from './printable.ts';

/** `3 files, 1.2 MB`. */
export function amountText({ files, bytes }: Amount): string {
  return `${countText(files, 'file')}, ${sizeText(bytes)}`;
}

const shownRows = 20;

/** `lines` on standard error, indented, the first twenty of them. */
export function tellLines(terminal: Terminal, heading: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  terminal.err(`${heading}\n`);
  for (const line of lines.slice(0, shownRows)) terminal.err(`  ${line}\n`);
  if (lines.length > shownRows) terminal.err(`  and ${lines.length - shownRows} more (--json shows all)\n`);
}

type Shown = (path: string) => string;

/** What was left as it is; the mend names `--force`. */
export function tellKept(terminal: Terminal, kept: readonly KeptFile[], shown: Shown): void {
  tellLines(
    terminal,
    terminal.paintErr(
      'yellow',
      'Left as they are, because they are saved nowhere else (--force overwrites them):',
    ),
    kept.map(({ path, what }) => `${keptWords[what].padEnd(12)} ${shown(path)}`),
  );
}

const keptWords: Readonly<Record<KeptFile['what'], string>> = {
  modified: 'modified',
  added: 'not pinned',
  'type-changed': 'type changed',
};

/** Every object that could not be had, by the path that wants it. */
export function tellMissing(
  terminal: Terminal,
  missing: readonly TroubledObject[],
  shown: Shown,
  mend?: string,
): void {
  tellLines(
    terminal,
    terminal.paintErr('red', missing.length === 1 ? 'Missing:' : `Missing: ${missing.length} objects`),
    missing.map(
      ({ path, object, size, trouble, detail }) =>
        `${shown(path)}  ${printable(object)}${size === undefined ? '' : `, ${sizeText(size)}`}: ${troubleWords[trouble]}${detail === undefined ? '' : ` (${printable(detail)})`}`,
    ),
  );
  if (missing.length > 0 && mend !== undefined) terminal.err(`${mend}\n`);
}

const troubleWords: Readonly<Record<TroubledObject['trouble'], string>> = {
  'not-in-cache': 'not in the cache',
  'not-in-remote': 'not in the remote',
  failed: 'the transfer failed',
  corrupt: 'the cache holds other content under this name',
  refused: 'refused',
};

export function tellProblems(terminal: Terminal, problems: readonly Problem[], shown: Shown): void {
  tellLines(
    terminal,
    terminal.paintErr('red', 'Problems:'),
    problems.map(({ path, what }) => `${shown(path)}: ${printable(what)}`),
  );
}
