/** Where the command line writes: what a person or a script sees. Invariant: a reader that goes away is no error. */
import type { Writable } from 'node:stream';
import { systemErrorCode } from '../base/systemError.ts';

export interface Terminal {
  /** Results: tables, documents, a program's own output. */
  readonly out: (text: string | Uint8Array) => void;
  /** Messages: progress, errors, and with --json everything that is no result. */
  readonly err: (text: string | Uint8Array) => void;
  /** Resolves when what was written has been taken: wait for it between pieces of something large. */
  readonly drained: () => Promise<void>;
  /** Columns to fold sentences and progress at. */
  readonly width: number;
  /** Columns to lay tables out for: without a limit where no terminal shows them, because what was cut cannot be searched. */
  readonly tableWidth: number;
  /** Whether standard output shows colours. */
  readonly colour: boolean;
  readonly paint: Paint;
  readonly paintErr: Paint;
  /** Whether both ends are a person's terminal. */
  readonly interactive: boolean;
  /** Whether standard error is a terminal, where one line can be written over and over. */
  readonly liveErr: boolean;
}

/** Wraps text in a colour, or leaves it alone where there are no colours. */
export type Paint = (colour: Colour, text: string) => string;

export type Colour = keyof typeof codes;

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export interface Streams {
  readonly stdout: Writable & { isTTY?: boolean; columns?: number };
  readonly stderr: Writable & { isTTY?: boolean };
  readonly stdin: { isTTY?: boolean };
}

/** `onReaderGone` is called when nobody reads standard output any more (`lockstep runs | head`). */
export function terminalOf(streams: Streams, env: NodeJS.ProcessEnv, onReaderGone: () => void): Terminal {
  for (const stream of [streams.stdout, streams.stderr])
    stream.on('error', (error: unknown) => {
      const code = systemErrorCode(error);
      if (code === 'EPIPE' || code === 'EOF') {
        if (stream === streams.stdout) onReaderGone();
      } else throw error;
    });
  return {
    out: text => void streams.stdout.write(text),
    err: text => void streams.stderr.write(text),
    drained: () => drained(streams.stdout),
    width: widthOf(streams.stdout, env) ?? 80,
    tableWidth: widthOf(streams.stdout, env) ?? Infinity,
    colour: hasColours(streams.stdout, env),
    paint: hasColours(streams.stdout, env) ? coloured : plain,
    paintErr: hasColours(streams.stderr, env) ? coloured : plain,
    interactive: streams.stdin.isTTY === true && streams.stdout.isTTY === true,
    liveErr: streams.stderr.isTTY === true,
  };
}

/** https://no-color.org and https://force-color.org: set and not empty means yes. */
function hasColours(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** As `COLUMNS` says, else as the terminal does; undefined where there is none. A terminal that does not say has 80. */
function widthOf(stream: { isTTY?: boolean; columns?: number }, env: NodeJS.ProcessEnv): number | undefined {
  const told = Number(env['COLUMNS']);
  if (Number.isInteger(told) && told >= 20) return told;
  if (stream.isTTY !== true) return undefined;
  return stream.columns !== undefined && stream.columns >= 20 ? stream.columns : 80;
}

const plain: Paint = (_, text) => text;

const coloured: Paint = (colour, text) => {
  const [on, off] = codes[colour];
  return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
};

async function drained(stream: Writable): Promise<void> {
  if (!stream.writableNeedDrain) return;
  await new Promise<void>(resolve => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
