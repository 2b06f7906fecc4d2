/** Why a command failed, as its own standard error says it: the last line of a traceback, else the last line. */
import { readTail } from '../base/readTail.ts';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exceptionType?: string;
}

const tailBytes = 64 * 1024;
const maxMessage = 500;

/** How Python prints an exception that nobody caught: `package.module.Type: text`, or the type alone. */
const exceptionLine = /^((?:[A-Za-z_]\w*\.)*[A-Z]\w*)(?:: (.*))?$/;

/**
 * Reads the end of the log at `stderrPath`. @param how Describes the end of the process: "exit code 1", "signal SIGSEGV".
 * @param hide Takes out what must not be recorded: a parser of arguments repeats the word that it does not like.
 */
export async function failureOf(
  stderrPath: string,
  how: string,
  hide: (text: string) => string,
): Promise<Failure> {
  return explainFailure(hide((await readTail(stderrPath, tailBytes)) ?? ''), how);
}

/** Pure part of {@link failureOf}. */
export function explainFailure(stderr: string, how: string): Failure {
  const lines = stderr
    .replaceAll(escapeSequence, '')
    .split(/\r\n|[\r\n]/)
    .map(line => line.trimEnd());
  const start = lines.lastIndexOf('Traceback (most recent call last):');
  if (start >= 0)
    for (let at = start + 1; at < lines.length; at++) {
      const match = exceptionLine.exec(lines[at] ?? '');
      if (match?.[1] !== undefined)
        return { code: 'command-failed', message: shorten(lines[at] ?? ''), exceptionType: match[1] };
    }
  const last = lines.findLast(line => line.trim() !== '');
  return {
    code: 'command-failed',
    message: last === undefined ? `The command ended with ${how}.` : shorten(last.trim()),
  };
}

// eslint-disable-next-line no-control-regex -- colours are control characters
const escapeSequence = /\u001b\[[0-9;?]*[A-Za-z]/g;

function shorten(text: string): string {
  return text.length <= maxMessage ? text : text.slice(0, maxMessage) + '…';
}
