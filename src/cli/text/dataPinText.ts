/** What add, commit and import have pinned. */
import type { PinnedPath, PinResult } from '../../data/operations/addData.ts';
import { formatCommand } from '../../base/runCommand.ts';
import type { Terminal } from '../terminal.ts';
import { tellLines, tellProblems } from './dataText.ts';
import { countText, sizeText } from './describe.ts';
import { printable } from './printable.ts';

const shownRows = 40;

export function tellPinned(
  terminal: Terminal,
  { pinned, initialised, toStage, staged, notes, problems }: PinResult,
  shown: (path: string) => string,
): void {
  if (initialised !== undefined)
    terminal.out(`Began to pin data in ${shown(initialised)} (the folder .dvc, as dvc init makes it).\n`);
  const changed = pinned.filter(one => one.change !== 'same');
  for (const one of changed.slice(0, shownRows)) terminal.out(`${pinnedText(one, shown)}\n`);
  if (changed.length > shownRows) terminal.out(`and ${changed.length - shownRows} more (--json shows all)\n`);
  const same = pinned.length - changed.length;
  if (same > 0) terminal.out(`${countText(same, 'path')} pinned as before.\n`);
  if (pinned.length === 0 && problems.length === 0) terminal.out('Nothing to pin.\n');
  if (toStage.length > 0 && !staged)
    terminal.err(
      toStage.length > shownRows
        ? `Commit ${toStage.length} changed files with git.\n`
        : `To commit this: ${printable(formatCommand('git', ['add', ...toStage.map(shown)]))}\n`,
    );
  tellLines(
    terminal,
    'Left out:',
    notes.map(({ path, what }) => `${shown(path)}: ${printable(what)}`),
  );
  tellProblems(terminal, problems, shown);
}

/** `Pinned data/raw in data/raw.dvc: 12 files, 1.2 MB`. */
export function pinnedText(
  { path, pinFile, stage, folder, size, files, change }: PinnedPath,
  shown: (path: string) => string,
): string {
  const where = stage === undefined ? shown(pinFile) : `stage ${printable(stage)}`;
  const what = folder ? `${countText(files, 'file')}, ${sizeText(size)}` : sizeText(size);
  return `${change === 'new' ? 'Pinned' : 'Changed the pin of'} ${shown(path)} in ${where}: ${what}`;
}
