/** `lockstep share`: runs for others, through the repository's own remote. Every subcommand is loaded when it is asked for. */
import { nearestWord } from '../../runs/nearestWord.ts';
import type { Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { unknownShareCommand } from '../errors.ts';

interface ShareCommandEntry {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<Subcommand>;
}

const commands: Readonly<Record<string, ShareCommandEntry>> = {
  push: {
    usage: 'push RUN…',
    summary: 'give others a run: record, code and pinned data',
    load: async () => (await import('./share/push.ts')).sharePush,
  },
  fetch: {
    usage: 'fetch [RUN…]',
    summary: 'bring the runs that others shared; nothing of them runs',
    load: async () => (await import('./share/fetch.ts')).shareFetch,
  },
  link: {
    usage: 'link RUN',
    summary: 'a link that opens a shared run in the editor, and the commands that do the same',
    load: async () => (await import('./share/link.ts')).shareLink,
  },
  export: {
    usage: 'export RUN --output FILE.zip',
    summary: 'a run as an RO-Crate with a script that repeats it without Lockstep',
    load: async () => (await import('./share/export.ts')).shareExport,
  },
};

export const share: Subcommand = {
  name: 'share',
  async run(words, context) {
    const [name, ...rest] = words;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      const [topic] = rest;
      if (name === 'help' && topic !== undefined) return (await load(topic)).run(['--help'], context);
      context.terminal.out(helpText());
      return name === undefined ? exitCodes.wrongUse : exitCodes.done;
    }
    return (await load(name)).run(rest, context);
  },
};

async function load(name: string): Promise<Subcommand> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) throw unknownShareCommand(name, nearestWord(name, Object.keys(commands)));
  return entry.load();
}

function helpText(): string {
  const widest = Math.max(...Object.values(commands).map(({ usage }) => usage.length));
  const lines = Object.values(commands).map(({ usage, summary }) => `  ${usage.padEnd(widest)}  ${summary}`);
  return `Runs for others, without a server: through the git remote of the repository, and its data remote.

Usage: lockstep share COMMAND

${lines.join('\n')}

A shared run lies under a ref of its own, refs/lockstep/shared/…, which no clone, log or fetch shows.
Exit codes: 0 done; 1 refused (a secret or a file too large would have gone along, a record is not to be
trusted); 2 wrong use; 3 could not be done or told; 130 cancelled.
lockstep share COMMAND --help says more.
`;
}
