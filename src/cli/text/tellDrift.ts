/** The outcome of a comparison with an environment lock as people read it. */
import { driftLine } from '../../environments/drift/driftReport.ts';
import type { DriftReport } from '../../environments/environmentLock.ts';
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
      out(`${what} is not what ${lock} says:\n${drifted.map(one => line(driftLine(one))).join('')}`);
  }
  if (told.length > 0)
    out(`Of no weight:\n${terminal.paint('dim', told.map(one => line(driftLine(one))).join(''))}`);
  for (const problem of problems) out(`Not looked at: ${printable(problem)}\n`);
}
