/** `lockstep data import`: a file or folder of another repository at a revision, pinned as `dvc import` pins it. */
import { resolve } from 'node:path';
import { importData } from '../../../data/operations/importData.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { terminalCredentials } from '../../terminalCredentials.ts';
import { tellMissing } from '../../text/dataText.ts';
import { tellPinned } from '../../text/dataPinText.ts';
import { runDataCommand } from './runDataCommand.ts';

export const dataImport: Subcommand = {
  name: 'data import',
  async run(words, context) {
    const parser = newCommand(
      'data import',
      'Pin a file or folder of another repository at a revision; it is kept in git or pinned there.',
      context,
    )
      .argument('<url>', 'what git clones: an address, or a folder')
      .argument('<path>', 'of the file or folder in that repository')
      .option('--rev <commit>', 'branch, tag or commit; the default branch when left out')
      .option('-o, --out <path>', 'where it goes; the same name here when left out')
      .option('-f, --force', 'overwrite what is there')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ rev?: string; out?: string; force?: true; json?: true }>();
    const [url = '', path = ''] = parser.args;
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'Nothing was pinned.',
      work: (project, task) =>
        importData(
          project,
          {
            ...{ url, path, cwd: context.cwd, force: flags.force === true },
            ...(flags.rev === undefined ? {} : { revision: flags.rev }),
            ...(flags.out === undefined ? {} : { out: resolve(context.cwd, flags.out) }),
            credentials: terminalCredentials(context),
          },
          task,
        ),
      tell: (result, shown) => {
        tellPinned(context.terminal, result, shown);
        tellMissing(context.terminal, result.missing, shown);
      },
      code: ({ problems, missing }) =>
        problems.length + missing.length > 0 ? exitCodes.impossible : exitCodes.done,
    });
  },
};
