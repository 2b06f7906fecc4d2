/** What a collection has removed, or would remove. */
import type { GarbageResult } from '../../data/operations/collectGarbage.ts';
import type { Terminal } from '../terminal.ts';
import { tellLines, tellProblems } from './dataText.ts';
import { countText, sizeText } from './describe.ts';
import { printable } from './printable.ts';

export function tellGarbage(
  terminal: Terminal,
  { dryRun, cache, remote, kept, looked, notes, problems }: GarbageResult,
  shown: (path: string) => string,
): void {
  const verb = dryRun ? 'Would remove' : 'Removed';
  const places = [
    `${countText(cache.files, 'object')}, ${sizeText(cache.bytes)} from the cache`,
    ...(remote === undefined
      ? []
      : [`${countText(remote.files, 'object')}, ${sizeText(remote.bytes)} from the remote`]),
  ];
  terminal.out(`${verb} ${places.join(', and ')}.\n`);
  terminal.out(
    `Kept ${countText(kept.files, 'object')}, ${sizeText(kept.bytes)}, for ${countText(looked.worktrees, 'working tree')}, ${countText(looked.commits, 'commit')}, ${countText(looked.snapshots, 'snapshot')} and ${countText(looked.runs, 'run')}.\n`,
  );
  if (dryRun && cache.files + (remote?.files ?? 0) > 0)
    terminal.err('Nothing was removed. lockstep data gc --yes does it.\n');
  tellLines(
    terminal,
    'Lost for good:',
    notes.map(({ path, what }) => `${printable(path)} ${what}`),
  );
  tellProblems(terminal, problems, shown);
}
