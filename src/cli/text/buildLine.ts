/** What is told while something is made: one sentence at its begin, and on a terminal the newest line of its tools. */
import type { Terminal } from '../terminal.ts';
import { printable } from './printable.ts';
import { cutText } from './textWidth.ts';

export interface BuildLine {
  readonly show: (text: string) => void;
  /** Takes the line away; what is printed next begins at the left. */
  readonly clear: () => void;
}

/** @param sentence The first line shown is one where it is left out. */
export function buildLine(terminal: Terminal, sentence?: string): BuildLine {
  let begun = false;
  return {
    show(text) {
      if (!begun) terminal.err(`lockstep: ${sentence ?? printable(text)}\n`);
      begun = true;
      if (terminal.liveErr) terminal.err(`\r\u001b[K${cutText(printable(text), terminal.width - 1)}`);
    },
    clear() {
      if (begun && terminal.liveErr) terminal.err('\r\u001b[K');
    },
  };
}
