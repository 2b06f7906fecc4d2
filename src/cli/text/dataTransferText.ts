/** What a fetch or push has moved. */
import type { TransferResult } from '../../data/operations/fetchData.ts';
import { exitCodes } from '../cliContext.ts';
import type { Terminal } from '../terminal.ts';
import { amountText, tellLines, tellMissing, tellProblems } from './dataText.ts';
import { printable } from './printable.ts';

export function tellTransfer(
  terminal: Terminal,
  verb: 'Fetched' | 'Pushed',
  { moved, present, replaced, missing, problems }: TransferResult,
  shown: (path: string) => string,
): void {
  const there =
    present.files > 0
      ? ` ${amountText(present)} ${verb === 'Pushed' ? 'the remote had' : 'were in the cache'} already.`
      : '';
  if (moved.files > 0) terminal.out(`${verb} ${amountText(moved)}.${there}\n`);
  else if (missing.length + problems.length === 0) {
    // Where no pin names anything, nobody was asked what he has.
    if (present.files === 0) terminal.out(`Nothing to ${verb === 'Pushed' ? 'push' : 'fetch'}.\n`);
    else terminal.out(`${verb === 'Pushed' ? 'The remote has it all' : 'The cache has it all'}.\n`);
  }
  tellLines(
    terminal,
    'Whole again in the cache, which held other content under these names:',
    replaced.map(
      ({ path, object, keptAs }) =>
        `${shown(path)}  ${printable(object)}; what it held: ${printable(keptAs)}`,
    ),
  );
  tellMissing(terminal, missing, shown);
  tellProblems(terminal, problems, shown);
}

/** 3 where anything is missing or failed. */
export function transferCode({ missing, problems }: TransferResult): number {
  return missing.length > 0 || problems.length > 0 ? exitCodes.impossible : exitCodes.done;
}
