/** The status of pinned paths as people read it. */
import type { DataStatus, PathState, PathStatus } from '../../data/operations/dataStatus.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { tellLines, tellProblems } from './dataText.ts';
import { countText, sizeText } from './describe.ts';
import { printable } from './printable.ts';
import { renderTable } from './renderTable.ts';

const shownRows = 100;

/** `asked`: the remote was, so that its silence means that it has everything. */
export function tellDataStatus(
  terminal: Terminal,
  status: DataStatus,
  shown: (path: string) => string,
  asked: boolean,
): void {
  const { paths, problems, inSync } = status;
  const differing = paths.filter(one => needsAttention(one));
  if (paths.length === 0 && problems.length === 0)
    terminal.out('Nothing is pinned here. lockstep data add PATH pins a file or folder.\n');
  else if (differing.length === 0 && inSync) terminal.out(`${allWell(paths, asked)}\n`);
  else if (differing.length > 0) {
    terminal.out(`${summary(paths)}\n`);
    terminal.out(
      renderTable(
        differing.slice(0, shownRows),
        [
          {
            title: 'STATE',
            cell: stateWord,
            paint: (text, row) => terminal.paint(stateColours[row.state], text),
          },
          { title: 'PATH', cell: row => shown(row.path), shrink: 1, least: 20 },
          { title: 'SIZE', cell: row => (row.size === undefined ? '' : sizeText(row.size)), align: 'right' },
          { title: 'WHAT', cell: whatText, shrink: 2, least: 20 },
        ],
        terminal.tableWidth,
        text => terminal.paint('dim', text),
      ),
    );
    if (differing.length > shownRows)
      terminal.out(`and ${differing.length - shownRows} more (--json shows all)\n`);
    for (const hint of hints(differing)) terminal.err(`${hint}\n`);
    tellDamaged(terminal, differing, shown);
  }
  const unchosen = paths.filter(one => one.notSelected === true).length;
  if (unchosen > 0)
    terminal.err(
      `${countText(unchosen, 'pinned path')} not chosen in this clone (lockstep data checkout --all)\n`,
    );
  tellProblems(terminal, problems, shown);
}

/** Objects that are one file with a file of the working tree, and were written to through it. */
function tellDamaged(
  terminal: Terminal,
  paths: readonly PathStatus[],
  shown: (path: string) => string,
): void {
  const lines = paths.flatMap(({ path, damaged = [] }) =>
    damaged.map(object => `${shown(path)}  ${printable(object)}`),
  );
  if (lines.length === 0) return;
  tellLines(
    terminal,
    terminal.paintErr('red', 'Changed in the cache, too, because the files are links to it:'),
    lines,
  );
  terminal.err('lockstep data pull brings whole ones from the remote, and leaves what you changed.\n');
}

function needsAttention(one: PathStatus): boolean {
  if (one.notSelected === true) return false;
  return (
    (one.state !== 'in-sync' && one.state !== 'unpinned') ||
    one.notInCache !== undefined ||
    one.notInRemote !== undefined
  );
}

function allWell(paths: readonly PathStatus[], asked: boolean): string {
  const bytes = paths.reduce((sum, one) => sum + (one.size ?? 0), 0);
  const remote = asked ? ', the remote has it all' : '';
  return `In sync: ${countText(paths.length, 'pinned path')}, ${sizeText(bytes)}${remote}.`;
}

function summary(paths: readonly PathStatus[]): string {
  const counted = paths.filter(one => one.notSelected !== true);
  const off = counted.filter(one => one.state !== 'in-sync' && one.state !== 'unpinned').length;
  return off === 0
    ? `In sync: ${countText(counted.length, 'pinned path')}; not all of it is saved.`
    : `Not in sync: ${off} of ${countText(counted.length, 'pinned path')}.`;
}

function stateWord({ state, notInCache }: PathStatus): string {
  return state === 'in-sync' && notInCache !== undefined ? 'not saved' : stateWords[state];
}

const stateWords: Readonly<Record<PathState, string>> = {
  'in-sync': 'in sync',
  modified: 'modified',
  missing: 'missing',
  partly: 'incomplete',
  unpinned: 'never made',
};

const stateColours: Readonly<Record<PathState, Colour>> = {
  'in-sync': 'cyan',
  modified: 'yellow',
  missing: 'red',
  partly: 'red',
  unpinned: 'dim',
};

/** `3 added, 1 modified; 12 files not in the cache`. */
export function whatText({ changes, notInCache, notInRemote, kind, folder }: PathStatus): string {
  const parts: string[] = [];
  if (changes !== undefined) {
    const counts = (['added', 'modified', 'deleted'] as const).filter(word => changes[word] > 0);
    if (counts.length > 0)
      parts.push(counts.map(word => `${changes[word].toLocaleString('en-US')} ${word}`).join(', '));
  }
  const store = kind === 'lfs' ? 'the LFS store' : 'the cache';
  if (notInCache !== undefined)
    parts.push(
      `${notInCache.atMost === true ? 'at most ' : ''}${folder ? `${countText(notInCache.files, 'file')} ` : ''}not in ${store}`,
    );
  if (notInRemote !== undefined)
    parts.push(`${folder ? `${countText(notInRemote.files, 'file')} ` : ''}not in the remote`);
  return parts.join('; ');
}

function hints(differing: readonly PathStatus[]): string[] {
  const modified = differing.some(one => one.state === 'modified');
  const absent = differing.filter(one => one.state === 'missing' || one.state === 'partly');
  const found: string[] = [];
  if (modified)
    found.push(
      differing.some(one => one.state === 'modified' && one.notInCache !== undefined)
        ? 'lockstep data pull fetches and places what the pins say, and leaves what is saved nowhere else (--force discards it).'
        : 'lockstep data checkout places what the pins say, and leaves what is saved nowhere else (--force discards it).',
      'lockstep data commit pins what is here instead.',
    );
  if (absent.some(one => one.notInCache !== undefined))
    found.push('lockstep data pull fetches what is missing.');
  else if (absent.length > 0) found.push('lockstep data checkout places what is missing.');
  if (differing.some(one => one.notInRemote !== undefined))
    found.push('lockstep data push gives the remote what it lacks.');
  return found;
}
