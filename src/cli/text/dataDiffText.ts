/** What differs between two states of the data. */
import type { DataChange, DataDiff } from '../../data/operations/diffData.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { tellProblems } from './dataText.ts';
import { countText, sizeText } from './describe.ts';
import { printable } from './printable.ts';
import { renderTable } from './renderTable.ts';

const shownRows = 200;

export function tellDataDiff(
  terminal: Terminal,
  { from, to, changes, problems }: DataDiff,
  shown: (path: string) => string,
): void {
  const other = to ?? 'the working tree';
  if (changes.length === 0 && problems.length === 0)
    terminal.out(`No data differs between ${printable(from)} and ${printable(other)}.\n`);
  else if (changes.length > 0) {
    terminal.out(
      renderTable(
        changes.slice(0, shownRows),
        [
          {
            title: 'CHANGE',
            cell: row => row.change,
            paint: (text, row) => terminal.paint(colours[row.change], text),
          },
          { title: 'PATH', cell: row => pathText(row, shown), shrink: 1, least: 20 },
          { title: 'SIZE', cell: sizeChange, shrink: 2, least: 10 },
        ],
        terminal.tableWidth,
        text => terminal.paint('dim', text),
      ),
    );
    if (changes.length > shownRows)
      terminal.out(`and ${changes.length - shownRows} more (--json shows all)\n`);
    terminal.out(`${countsText(changes)}.\n`);
  }
  tellProblems(terminal, problems, shown);
}

const colours: Readonly<Record<DataChange['change'], Colour>> = {
  added: 'green',
  modified: 'yellow',
  deleted: 'red',
  renamed: 'cyan',
};

function pathText({ path, oldPath, folder }: DataChange, shown: (path: string) => string): string {
  const now = shown(path) + (folder ? '/' : '');
  return oldPath === undefined ? now : `${shown(oldPath)}${folder ? '/' : ''} → ${now}`;
}

/** `1.2 MB`, `1.2 MB → 1.4 MB`. */
function sizeChange({ change, from, to }: DataChange): string {
  const [before, after] = [from?.size, to?.size].map(size => (size === undefined ? '' : sizeText(size)));
  if (change !== 'modified') return after !== undefined && after !== '' ? after : (before ?? '');
  return before === after || before === '' || after === ''
    ? (after ?? '')
    : `${before ?? ''} → ${after ?? ''}`;
}

/** `2 added, 1 renamed`: of the pinned paths and of files, whatever rows there are. */
function countsText(changes: readonly DataChange[]): string {
  return (['added', 'modified', 'deleted', 'renamed'] as const)
    .map(word => {
      const of = changes.filter(one => one.change === word);
      const folders = of.filter(one => one.folder).length;
      if (of.length === 0) return '';
      const parts = [
        ...(folders > 0 ? [countText(folders, 'folder')] : []),
        ...(of.length > folders ? [countText(of.length - folders, 'file')] : []),
      ];
      return `${parts.join(' and ')} ${word}`;
    })
    .filter(Boolean)
    .join(', ');
}
