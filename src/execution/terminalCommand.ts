/**
 * Gives a command a terminal of its own, between the person's and it, through script(1), which also keeps the log.
 * The true command stands in the environment: script writes its own command line, secrets and all, into the log.
 */
import { readFile, writeFile } from 'node:fs/promises';

export interface TerminalCommand {
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const commandVariable = 'LOCKSTEP_TERMINAL_COMMAND';

/** @param log Where the output goes, as the terminal shows it. */
export function terminalCommand(argv: readonly string[], log: string): TerminalCommand {
  // BSD's takes the command as words, and writes no lines of its own when told to be quiet.
  if (process.platform !== 'linux') return { argv: ['script', '-q', '-F', log, ...argv], variables: {} };
  return {
    argv: [
      'script',
      '-q',
      '-e',
      '-f',
      '-a',
      '-c',
      `eval "unset ${commandVariable}; exec $${commandVariable}"`,
      log,
    ],
    variables: { [commandVariable]: argv.map(shellWord).join(' ') },
  };
}

/** Takes away the lines that script itself wrote at the start and the end of the log. */
export async function removeScriptLines(log: string): Promise<void> {
  const text = await readFile(log, 'latin1');
  const cleaned = text.replace(/^Script started on [^\n]*\n/, '').replace(/\n?Script done on [^\n]*\n$/, '');
  if (cleaned !== text) await writeFile(log, cleaned, 'latin1');
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
