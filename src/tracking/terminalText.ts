/**
 * What a line looks like once a terminal has shown it: colours gone, and of a progress bar that redraws itself only
 * the last state. The states before are left out on purpose: which of them appear depends on timing alone, so they
 * could never be equal in two runs.
 */
// eslint-disable-next-line no-control-regex -- escape sequences are what this removes
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;

/** `line` without its line end; a byte order mark is removed too. */
export function terminalText(line: string): string {
  let text = line.startsWith('\ufeff') ? line.slice(1) : line;
  if (text.includes('\x1b')) text = text.replace(escapes, '');
  text = text.replace(/[\r\n]+$/, '');
  const redrawn = Math.max(text.lastIndexOf('\r'), text.lastIndexOf('\b'));
  return redrawn < 0 ? text : text.slice(redrawn + 1);
}
