/**
 * How a command in a container ended, as its wrapper wrote it into the run folder (execution/inside/wrapperScript.ts):
 * it stands there whoever of the supervisors lives. What does not end with the key of the run somebody else put there.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Names in `inside` of the run folder. */
export const insideFiles = { ended: 'ended', said: 'said' } as const;

/** Of the folder `inside` of a run. @param dir The run folder. */
export function insideFolder(dir: string): string {
  return join(dir, 'inside');
}

/** The file with the key, which only the person may read. @param dir The run folder. */
export function insideKeyFile(dir: string): string {
  return join(dir, 'inside.key');
}

/** Undefined where there is none: an older version began the run, and its lines have no key. */
export function readInsideKey(dir: string): string | undefined {
  return readText(insideKeyFile(dir))?.trim();
}

/** What the wrapper wrote, without the key; undefined where it is somebody else's. */
export function withoutKey(text: string, key: string | undefined): string | undefined {
  const line = text.trimEnd();
  if (key === undefined) return line;
  return line.endsWith(` ${key}`) ? line.slice(0, -key.length - 1) : undefined;
}

export interface InsideEnd extends WrapperEnd {
  /** Milliseconds since the epoch. */
  readonly at?: number;
}

/** Undefined while the wrapper has said nothing. @param dir The run folder. */
export function readInsideEnd(dir: string): InsideEnd | undefined {
  const path = join(insideFolder(dir), insideFiles.ended);
  const text = readText(path);
  const own = text === undefined ? undefined : withoutKey(text, readInsideKey(dir));
  if (own === undefined) return undefined;
  const end = readWrapperEnd(own, readText(join(insideFolder(dir), insideFiles.said)) ?? '');
  if (end === undefined) return undefined;
  const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return { ...end, ...(at === undefined ? {} : { at }) };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Signals that shells do not report when they end a command. */
const silent: Readonly<Record<number, NodeJS.Signals>> = { 2: 'SIGINT', 13: 'SIGPIPE' };

const signals: Readonly<Record<number, NodeJS.Signals>> = {
  ...{ 1: 'SIGHUP', 3: 'SIGQUIT', 4: 'SIGILL', 5: 'SIGTRAP', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE' },
  ...{ 9: 'SIGKILL', 10: 'SIGUSR1', 11: 'SIGSEGV', 12: 'SIGUSR2', 14: 'SIGALRM', 15: 'SIGTERM' },
  ...{ 16: 'SIGSTKFLT', 24: 'SIGXCPU', 25: 'SIGXFSZ', 26: 'SIGVTALRM', 27: 'SIGPROF', 31: 'SIGSYS' },
  ...silent,
};

export interface WrapperEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/**
 * How the command ended, from the files `ended` and `said`. A shell tells a signal as 128 and its number, which a
 * program may also return itself; then the shell has said nothing. Of SIGINT and SIGPIPE, which it never reports, the
 * signal is taken for true. Undefined when `ended` holds no number.
 */
export function readWrapperEnd(ended: string, said: string): WrapperEnd | undefined {
  const text = ended.trim();
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const exitCode = Number(text);
  const number = exitCode - 128;
  const signal = signals[number];
  if (signal === undefined || (silent[number] === undefined && said.trim() === ''))
    return { exitCode, signal: undefined };
  return { exitCode: undefined, signal };
}
