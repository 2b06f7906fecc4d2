/**
 * Reads the end of a run's log: never more than asked for, however large the file. Colours are taken out, and a
 * line that a progress bar rewrote shows its last state.
 */
import { open } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';

export interface LogWindow {
  /** Whole lines. Empty while nothing was printed. */
  readonly text: string;
  /** Bytes before the window, over both streams. 0 when all is shown. */
  readonly earlierBytes: number;
  /** Size of both streams now: a reader that saw this many need not read again. */
  readonly size: number;
}

interface Tail {
  readonly text: string;
  readonly earlierBytes: number;
  readonly size: number;
}

const empty: Tail = { text: '', earlierBytes: 0, size: 0 };

/** Standard output, then what is on standard error under a heading. A missing file is an empty one. */
export async function readLogWindow(
  stdout: string,
  stderr: string,
  bytes: number,
  stderrHeading: string,
): Promise<LogWindow> {
  const [out, err] = await Promise.all([readTail(stdout, bytes), readTail(stderr, bytes)]);
  const text = err.size === 0 ? out.text : `${out.text}${endLine(out.text)}${stderrHeading}\n${err.text}`;
  return { text, earlierBytes: out.earlierBytes + err.earlierBytes, size: out.size + err.size };
}

/** The last `bytes` of a file as text, cut at a line start where there is one. */
async function readTail(path: string, bytes: number): Promise<Tail> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const wanted = Math.min(size, bytes);
      const buffer = Buffer.alloc(wanted);
      const { bytesRead } = await handle.read(buffer, 0, wanted, size - wanted);
      const read = buffer.subarray(0, bytesRead);
      const start = wanted < size ? lineStart(read) : 0;
      return {
        text: cleanLog(read.subarray(start).toString('utf8')),
        earlierBytes: size - wanted + start,
        size,
      };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return empty;
    throw error;
  }
}

/** Where the first whole line starts; for one giant line the first whole UTF-8 character. */
function lineStart(buffer: Buffer): number {
  const newline = buffer.indexOf(10);
  if (newline >= 0 && newline < buffer.length - 1) return newline + 1;
  let start = 0;
  while (start < buffer.length && ((buffer[start] ?? 0) & 0xc0) === 0x80) start++;
  return start;
}

// eslint-disable-next-line no-control-regex -- terminal sequences are control characters
const terminalSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
// eslint-disable-next-line no-control-regex -- what is left of binary output would make the editor call it a binary file
const otherControls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Text as a terminal would have left it, without colours. */
export function cleanLog(raw: string): string {
  return raw
    .replace(terminalSequences, '')
    .replaceAll('\r\n', '\n')
    .replace(/[^\n]*\r(?=[^\n])/g, '')
    .replaceAll('\r', '')
    .replace(otherControls, '\ufffd');
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? '' : '\n';
}
