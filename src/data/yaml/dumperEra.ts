/** Which ruamel.yaml wrote a file, from what only one of them does; the newest where nothing tells. */
import type { DumperEra } from './emitScalar.ts';

export function dumperEra(text: string | undefined): DumperEra {
  if (text === undefined) return 'new';
  const lines = text.split('\n');
  let long = false;
  for (const [index, line] of lines.entries()) {
    const plain = /^\s*(?:- )?(?:[^\s:'"#][^:'"#]*: )?([^\s'"|>[{&*!#][^'"]*)$/.exec(line);
    if (plain === null || line.includes(' #')) continue;
    // A fold that leaves a blank at the end of its line came with 0.18.13.
    if (line.endsWith(' ') && /^\s+\S/.test(lines[index + 1] ?? '')) return 'new';
    // Before, a line was full when it passed the width; from then on, before it would.
    if (Array.from(line).length > 80 && /\S \S/.test(plain[1] ?? '')) long = true;
  }
  return long ? 'middle' : 'new';
}
