/** Reads the words of one subcommand with commander, so that wrong use becomes an error of ours and never an exit. */
import { Command, CommanderError, Option } from 'commander';
import type { CliContext } from './cliContext.ts';
import { wrongUse } from './errors.ts';

/** A command whose output goes to the terminal of `context` and which throws instead of exiting. */
export function newCommand(name: string, summary: string, context: CliContext): Command {
  return new Command(`lockstep ${name}`)
    .description(summary)
    .exitOverride()
    .showSuggestionAfterError(true)
    .helpOption('-h, --help', 'show this help')
    .configureOutput({
      writeOut: text => context.terminal.out(text),
      // Told by the edge, in the same form as every other error.
      writeErr: () => undefined,
      getOutHelpWidth: () => context.terminal.width,
    });
}

/** Parses `words`; false when help was asked for and has been shown. Throws `wrong-use`. */
export function parseWords(command: Command, words: readonly string[]): boolean {
  try {
    command.parse([...words], { from: 'user' });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    throw wrongUse(error.message.replace(/^error: /, ''), command.name());
  }
}

/** For commands that run what a run was: a command of one's own behind `--` would be taken for granted and not run. */
export function refuseCommand(words: readonly string[], name: string): void {
  const end = words.indexOf('--');
  if (end >= 0 && end < words.length - 1)
    throw wrongUse(
      `nothing stands after --, because the command is that of the run; another one is started by: lockstep run -- ${words.slice(end + 1).join(' ')}`,
      `lockstep ${name}`,
    );
}

/** For an option that may be given several times. */
export function collected(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** `--json`, the same everywhere. */
export function jsonOption(): Option {
  return new Option('--json', 'print one JSON document');
}
