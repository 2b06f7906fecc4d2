/**
 * Turns what a person typed into the words of a command. A line that needs a shell (a pipe, a redirection, a variable
 * before the program) is given to one, and the record says so by its words.
 */
import { LockstepError } from '../../base/lockstepError.ts';
import { splitWords } from '../../execution/experiments/splitWords.ts';

export function splitCommandLine(text: string): {
  readonly argv: readonly string[];
  readonly shell: boolean;
} {
  const line = text.trim();
  if (needsShell(line)) return { argv: shellCommand(line), shell: true };
  if (process.platform === 'win32') return { argv: windowsWords(line), shell: false };
  return { argv: splitWords(line), shell: false };
}

/** Assignments before the program, variables, substitutions, patterns and operators outside single quotes. */
function needsShell(line: string): boolean {
  const unquoted = line.replace(/'[^']*'/g, "''");
  if (/^\w+=/.test(unquoted)) return true;
  if (/\$[\w({]|`/.test(unquoted)) return true;
  return /[|&;<>*?~]/.test(unquoted.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\\./g, ''));
}

function shellCommand(line: string): readonly string[] {
  if (process.platform === 'win32') return ['cmd.exe', '/d', '/s', '/c', line];
  return ['sh', '-c', line];
}

/** Backslashes are part of Windows paths, so only double quotes group words there. */
function windowsWords(line: string): string[] {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  if (words.length === 0)
    throw new LockstepError({ code: 'command-unclear', kind: 'usage', message: 'There is no command.' });
  return words;
}
