/** A command that is a group of others, such as `lockstep data`. Each of them is loaded only when it is asked for. */
import { nearestWord } from '../runs/nearestWord.ts';
import type { Subcommand } from './cliContext.ts';
import { exitCodes } from './cliContext.ts';
import { unknownGroupCommand } from './errors.ts';

export interface GroupEntry {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<Subcommand>;
}

export interface CommandGroup {
  readonly name: string;
  /** The first lines of its help. */
  readonly about: string;
  readonly commands: Readonly<Record<string, GroupEntry>>;
  /** What the help says behind the list: words that are explained, exit codes. */
  readonly notes: string;
}

export function commandGroup(group: CommandGroup): Subcommand {
  const { name: groupName, commands } = group;
  const load = async (name: string): Promise<Subcommand> => {
    const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (entry === undefined)
      throw unknownGroupCommand(groupName, name, nearestWord(name, Object.keys(commands)));
    return entry.load();
  };
  return {
    name: groupName,
    async run(words, context) {
      const [name, ...rest] = words;
      if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
        const [topic] = rest;
        if (name === 'help' && topic !== undefined) return (await load(topic)).run(['--help'], context);
        context.terminal.out(helpText(group));
        return name === undefined ? exitCodes.wrongUse : exitCodes.done;
      }
      return (await load(name)).run(rest, context);
    },
  };
}

function helpText({ name, about, commands, notes }: CommandGroup): string {
  const widest = Math.max(...Object.values(commands).map(({ usage }) => usage.length));
  const lines = Object.values(commands).map(({ usage, summary }) => `  ${usage.padEnd(widest)}  ${summary}`);
  return `${about}

Usage: lockstep ${name} COMMAND

${lines.join('\n')}

${notes}
lockstep ${name} COMMAND --help says more.
`;
}
