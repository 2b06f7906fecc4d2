/** The outcome of a comparison with an environment lock as people read it. */
import { driftLine } from '../../environments/drift/driftReport.ts';
import type { DriftItem, DriftReport } from '../../environments/environmentLock.ts';
import type { Terminal } from '../terminal.ts';
import { printable } from './printable.ts';

/** @param file The lock, as it is shown. */
export function tellDrift(
  terminal: Terminal,
  { verdict, items, problems, interpreter }: DriftReport & { readonly interpreter?: string },
  file: string,
): void {
  const { out } = terminal;
  const lock = printable(file);
  const what = interpreter === undefined ? 'The environment' : `The environment of ${printable(interpreter)}`;
  const line = (text: string): string => `  ${printable(text)}\n`;
  const drifted = items.filter(one => one.weight === 'must-match');
  const told = items.filter(one => one.weight === 'informational');
  switch (verdict) {
    case 'unlocked':
      out(`There is no ${lock}. To make it: lockstep env lock\n`);
      return;
    case 'clean':
      out(`${what} is as ${lock} says.\n`);
      break;
    case 'unknown':
      out(
        `Whether ${what.charAt(0).toLowerCase()}${what.slice(1)} is as ${lock} says cannot be told in full.\n`,
      );
      break;
    case 'drifted':
      out(`${what} is not what ${lock} says:\n${shownItems(drifted).map(line).join('')}`);
  }
  if (told.length > 0)
    out(`Of no weight:\n${terminal.paint('dim', told.map(one => line(driftLine(one))).join(''))}`);
  for (const problem of problems) out(`Not looked at: ${printable(problem)}\n`);
  if (verdict === 'drifted' && interpreter !== undefined)
    out(
      'To take it as it is now: lockstep env lock --python; to run as it was locked: lockstep run --env python\n',
    );
}

/** Under another interpreter everything is another: its packages are no findings of their own. */
function shownItems(drifted: readonly DriftItem[]): string[] {
  const packages = drifted.filter(one => one.part === 'packages');
  const other = drifted.some(one => one.cause === 'another interpreter');
  if (!other || packages.length <= fewPackages) return drifted.map(driftLine);
  const rest = drifted.filter(one => one.part !== 'packages');
  return [...rest.map(driftLine), `and with it ${packages.length} packages; --json has them all`];
}

const fewPackages = 3;
