/** `lockstep data add`: pins files and folders, as `dvc add` does. */
import { resolve } from 'node:path';
import { addData } from '../../../data/operations/addData.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellPinned } from '../../text/dataPinText.ts';
import { runDataCommand } from './runDataCommand.ts';

export const dataAdd: Subcommand = {
  name: 'data add',
  async run(words, context) {
    const parser = newCommand(
      'data add',
      'Pin files and folders: their content goes to the cache, a small .dvc file for git takes their place. Where neither DVC nor Git LFS is used yet, .dvc is made as dvc init makes it.',
      context,
    )
      .argument('<path...>', 'files, folders, or files in a pinned folder')
      .option('--init', 'make .dvc also where Git LFS is used')
      .option('--no-commit', 'write the pins, leave the cache alone')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ commit: boolean; init?: true; json?: true }>();
    const paths = parser.args.map(word => resolve(context.cwd, word));
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'What was pinned by then stays pinned; the other files are as they were.',
      work: (project, task) =>
        addData(
          project,
          { paths, noCommit: !flags.commit, ...(flags.init === true ? { initialise: true } : {}) },
          task,
        ),
      tell: (result, shown) => tellPinned(context.terminal, result, shown),
      code: ({ problems }) => (problems.length > 0 ? exitCodes.impossible : exitCodes.done),
    });
  },
};
