/** What is told while an environment is made: one sentence at its begin, and on a terminal the newest line of its tools. */
import type { Terminal } from '../terminal.ts';
import { printable } from './printable.ts';
import { cutText } from './textWidth.ts';

export interface BuildLine {
  readonly show: (text: string) => void;
  /** Takes the line away; what is printed next begins at the left. */
  readonly clear: () => void;
}

export function buildLine(terminal: Terminal): BuildLine {
  let begun = false;
  return {
    show(text) {
      if (!begun)
        terminal.err('lockstep: making the Python environment of the lock; it is kept for later runs\n');
      begun = true;
      if (terminal.liveErr) terminal.err(`\r\u001b[K${cutText(printable(text), terminal.width - 1)}`);
    },
    clear() {
      if (begun && terminal.liveErr) terminal.err('\r\u001b[K');
    },
  };
}
