/** `lockstep data gc`: shows what nothing needs any more; with --yes it goes. */
import { resolve } from 'node:path';
import { collectGarbage } from '../../../data/operations/collectGarbage.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { collected, jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { terminalCredentials } from '../../terminalCredentials.ts';
import { tellGarbage } from '../../text/dataGarbageText.ts';
import { runDataCommand } from './runDataCommand.ts';

export const dataGc: Subcommand = {
  name: 'data gc',
  async run(words, context) {
    const parser = newCommand(
      'data gc',
      'Remove from the cache what nothing needs any more. Kept is what any working tree, branch, tag, stash, snapshot or record of a run names. Only shows what would go, until --yes.',
      context,
    )
      .option('-n, --dry-run', 'only show (what happens without --yes anyway)')
      .option('-y, --yes', 'remove it')
      .option('-r, --remote <name>', 'remove it from this remote, too')
      .option('-p, --project <folder>', 'another project that shares the cache; may be repeated', collected)
      .option('--alone', 'the cache lies outside the repository, and no other project uses it')
      .option('--ignore-missing', 'go on although the listing of a needed folder cannot be had')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{
      dryRun?: true;
      yes?: true;
      remote?: string;
      project?: string[];
      alone?: true;
      ignoreMissing?: true;
      json?: true;
    }>();
    if (flags.dryRun === true && flags.yes === true)
      throw wrongUse('give --dry-run or --yes, not both', 'lockstep data gc');
    const projects = flags.project?.map(word => resolve(context.cwd, word));
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'What was removed by then is gone; nothing that is needed was.',
      work: (project, task) =>
        collectGarbage(
          project,
          {
            dryRun: flags.yes !== true,
            ...(flags.remote === undefined ? {} : { remote: flags.remote }),
            ...(projects === undefined ? {} : { projects }),
            ...{ alone: flags.alone === true, ignoreMissing: flags.ignoreMissing === true },
            credentials: terminalCredentials(context),
          },
          task,
        ),
      tell: (result, shown) => tellGarbage(context.terminal, result, shown),
      code: ({ problems }) => (problems.length > 0 ? exitCodes.impossible : exitCodes.done),
    });
  },
};
