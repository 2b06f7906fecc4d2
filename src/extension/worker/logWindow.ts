/**
 * Reads the end of a run's log: never more than asked for, however large the file. Colours are taken out, and a
 * line that a progress bar rewrote shows its last state.
 */
import { open } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';

/** Byte offsets from which both streams are shown. */
export interface LogStart {
  readonly stdout: number;
  readonly stderr: number;
}

export interface LogWindow {
  readonly stdout: string;
  readonly stderr: string;
  /** Where the texts start in their files; both 0 when all is shown. */
  readonly start: LogStart;
  /** Size of both streams now: a reader that saw this many need not read again. */
  readonly size: number;
}

interface Tail {
  readonly text: string;
  readonly start: number;
  readonly size: number;
}

/**
 * @param bytes At most this many of each stream, the last ones.
 * @param start Show from here on, as long as that is not more than twice `bytes`: a document that follows then only
 *   grows, and moves its start now and then. A missing file is an empty one.
 */
export async function readLogWindow(
  paths: { readonly stdout: string; readonly stderr: string },
  bytes: number,
  start?: LogStart,
): Promise<LogWindow> {
  const [stdout, stderr] = await Promise.all([
    readTail(paths.stdout, bytes, start?.stdout),
    readTail(paths.stderr, bytes, start?.stderr),
  ]);
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    start: { stdout: stdout.start, stderr: stderr.start },
    size: stdout.size + stderr.size,
  };
}

async function readTail(path: string, bytes: number, from: number | undefined): Promise<Tail> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const keeps = from !== undefined && from <= size && size - from <= 2 * bytes;
      const wanted = keeps ? size - from : Math.min(size, bytes);
      const buffer = Buffer.alloc(wanted);
      const { bytesRead } = await handle.read(buffer, 0, wanted, size - wanted);
      const read = buffer.subarray(0, bytesRead);
      const skipped = keeps || wanted === size ? 0 : lineStart(read);
      return {
        text: cleanLog(read.subarray(skipped).toString('utf8')),
        start: size - wanted + skipped,
        size,
      };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return { text: '', start: 0, size: 0 };
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
