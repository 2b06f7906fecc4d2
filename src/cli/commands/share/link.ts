/** `lockstep share link`: how others come to a shared run, by a click or by hand. */
import packageJson from '../../../../package.json' with { type: 'json' };
import { shareLink as linkOf } from '../../../sharing/link/shareLink.ts';
import type { Subcommand } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { openRuns } from '../../openRuns.ts';
import { jsonText } from '../../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { printable } from '../../text/printable.ts';
import { withShareTask } from './shareTask.ts';

export const shareLink: Subcommand = {
  name: 'share link',
  async run(words, context) {
    const parser = newCommand(
      'share link',
      'A link that opens a shared run in the editor, and the commands that do the same.',
      context,
    )
      .argument('<run>', '@1, an id, a part of one, or a name')
      .option('--remote <name>', 'a git remote; else that of the branch, or origin')
      .option('--scheme <name>', 'vscode, vscode-insiders, vscodium, cursor…', 'vscode')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<LinkFlags>();
    const { runs, project } = await openRuns(context);
    const run = await runs.read(await runs.resolve(parser.args[0] ?? ''));
    return withShareTask(context, '', async task => {
      const written = await linkOf(
        {
          ...{ root: project.root, run, remote: flags.remote },
          place: { scheme: flags.scheme, extension: `${packageJson.publisher}.${packageJson.name}` },
        },
        task,
      );
      task.clear();
      const { link, commands, shared } = written;
      if (flags.json === true) context.terminal.out(jsonText({ schemaVersion: 1, ...written }));
      else for (const line of [link, ...commands]) context.terminal.out(`${printable(line)}\n`);
      if (!shared) context.terminal.err(`It is not shared yet: lockstep share push ${run.id.slice(-6)}\n`);
      return exitCodes.done;
    });
  },
};

interface LinkFlags {
  readonly remote?: string;
  readonly scheme: string;
  readonly json?: boolean;
}
