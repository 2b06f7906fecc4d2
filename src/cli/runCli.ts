/** From words to an exit code. Invariant: every way out of a command, errors included, ends here. */
import { nearestWord } from '../runs/nearestWord.ts';
import type { CliContext } from './cliContext.ts';
import { exitCodes } from './cliContext.ts';
import { unknownSubcommand } from './errors.ts';
import { reportError } from './reportError.ts';
import { subcommands } from './subcommands.ts';

/** `words` are the arguments after `lockstep`. */
export async function runCli(
  words: readonly string[],
  version: string,
  context: CliContext,
): Promise<number> {
  const [name, ...rest] = words;
  const json = asksForJson(rest);
  try {
    if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
      context.terminal.out(helpText(version));
      return name === undefined ? exitCodes.wrongUse : exitCodes.done;
    }
    if (name === '--version' || name === '-V') {
      context.terminal.out(`${version}\n`);
      return exitCodes.done;
    }
    if (name === 'help') return await load(rest[0] ?? '').then(command => command.run(['--help'], context));
    const command = await load(name);
    return await command.run(rest, context);
  } catch (error) {
    if (context.signal.aborted) return exitCodes.done;
    return reportError(error, context.terminal, json);
  }
}

async function load(name: string): ReturnType<(typeof subcommands)[string]['load']> {
  const entry = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (entry === undefined)
    throw unknownSubcommand(name, nearestWord(name, [...Object.keys(subcommands), 'help']));
  return entry.load();
}

/** Words after `--` belong to the program that is run. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  return (
    own.includes('--json') ||
    own.some((word, at) => word === '--format=json' || (word === 'json' && own[at - 1] === '--format'))
  );
}

function helpText(version: string): string {
  const widest = Math.max(...Object.values(subcommands).map(({ usage }) => usage.length));
  const lines = Object.values(subcommands).map(({ usage, summary }) =>
    `  ${usage.padEnd(widest)}  ${summary}`.trimEnd(),
  );
  return `Lockstep ${version}: run machine-learning experiments unchanged, and prove that they can be reproduced.

Usage: lockstep COMMAND

${lines.join('\n')}

RUN is @1 (newest), @2, …, a full id, a unique part of one (4 characters or more), or a unique name.
Exit codes: 0 done; 1 the answer is no (diverged, the run failed); 2 wrong use; 3 could not be done or told;
130 cancelled. lockstep run ends with the code of the program; 125, 126 and 127 are its own.
lockstep COMMAND --help says more.
`;
}
