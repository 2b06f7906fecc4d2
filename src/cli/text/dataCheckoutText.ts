/** What a checkout has done, and what it has left alone. */
import type { CheckoutResult } from '../../data/operations/checkoutData.ts';
import { exitCodes } from '../cliContext.ts';
import type { Terminal } from '../terminal.ts';
import { amountText, tellKept, tellLines, tellMissing, tellProblems } from './dataText.ts';
import { countText } from './describe.ts';

const shownRows = 40;

export function tellCheckout(
  terminal: Terminal,
  result: CheckoutResult,
  shown: (path: string) => string,
): void {
  const {
    added,
    modified,
    deleted,
    unchanged,
    notSelected,
    stillThere = [],
    placed,
    kept,
    missing,
    problems,
  } = result;
  const rows = [
    ...added.map(path => `${terminal.paint('green', 'A')}  ${shown(path)}`),
    ...modified.map(path => `${terminal.paint('yellow', 'M')}  ${shown(path)}`),
    ...deleted.map(path => `${terminal.paint('red', 'D')}  ${shown(path)}`),
  ];
  for (const row of rows.slice(0, shownRows)) terminal.out(`${row}\n`);
  if (rows.length > shownRows) terminal.out(`and ${rows.length - shownRows} more (--json shows all)\n`);
  const parts = [
    ...(placed.files > 0 ? [`${amountText(placed)} placed`] : []),
    ...(deleted.length > 0 ? [`${countText(deleted.length, 'path')} removed`] : []),
    ...(unchanged > 0 ? [`${countText(unchanged, 'path')} in sync already`] : []),
    ...(notSelected > 0 ? [`${countText(notSelected, 'path')} not chosen in this clone`] : []),
  ];
  if (parts.length > 0) terminal.out(`${parts.join(', ')}.\n`);
  else if (missing.length + kept.length + problems.length === 0) terminal.out('Nothing to check out.\n');
  tellLines(
    terminal,
    'Not chosen in this clone, and still there; remove them where the room is wanted:',
    stillThere.map(shown),
  );
  tellKept(terminal, kept, shown);
  const mends = [
    ...(missing.some(one => one.trouble === 'not-in-cache')
      ? ['lockstep data pull asks the remote for them.']
      : []),
    ...(missing.some(one => one.trouble === 'corrupt')
      ? ['lockstep data pull asks the remote for whole ones in place of what the cache holds.']
      : []),
  ];
  const mend = mends.length === 0 ? undefined : mends.join('\n');
  tellMissing(terminal, missing, shown, mend);
  tellProblems(terminal, problems, shown);
}

/** 3 where something could not be had, 1 where something was left that is not as pinned. */
export function checkoutCode({ kept, missing, problems }: CheckoutResult): number {
  if (missing.length > 0 || problems.length > 0) return exitCodes.impossible;
  return kept.length > 0 ? exitCodes.negative : exitCodes.done;
}
