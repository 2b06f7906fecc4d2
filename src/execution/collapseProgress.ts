/**
 * What a log looks like on a terminal: of a line that redraws itself with carriage returns only the last state
 * remains. The log on disk is written by the program itself and keeps every byte; whoever shows it collapses it.
 */

/** Pure. `text` may begin and end within a line; a return at its very end is kept, for it may be half of a line end. */
export function collapseProgress(text: string): string {
  if (!text.includes('\r')) return text;
  return text
    .split('\n')
    .map((line, index, all) => collapseLine(line, index === all.length - 1))
    .join('\n');
}

function collapseLine(line: string, unfinished: boolean): string {
  // `\r\n` is a line end; several returns before it come from programs that translate line ends twice.
  const end = line.length - (/\r+$/.exec(line)?.[0].length ?? 0);
  const body = line.slice(0, end);
  const shown = body.slice(body.lastIndexOf('\r') + 1);
  return unfinished && end < line.length ? `${shown}\r` : shown;
}
