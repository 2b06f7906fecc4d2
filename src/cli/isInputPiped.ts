import { fstatSync } from 'node:fs';

/**
 * Whether somebody feeds this program's standard input: a pipe of a shell, or a file. Nothing is read of it: it may be
 * the list of a loop around this command.
 */
export function isInputPiped(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || (input.isFile() && input.size > 0);
  } catch {
    return false;
  }
}
