/** `lockstep data commit`: the pins say what the working tree holds now. */
import { commitData } from '../../../data/operations/commitData.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellPinned } from '../../text/dataPinText.ts';
import { absolutePaths, runDataCommand } from './runDataCommand.ts';

export const dataCommit: Subcommand = {
  name: 'data commit',
  async run(words, context) {
    const parser = newCommand(
      'data commit',
      'Make the pins say what the working tree holds; also the outputs of stages in dvc.lock.',
      context,
    )
      .argument('[path...]', 'only these')
      // What people who come from dvc type: Lockstep does not ask, so there is nothing to force.
      .option('-f, --force', 'accepted, and not needed')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const paths = absolutePaths(context, parser.args);
    return runDataCommand(context, {
      json: parser.opts<{ json?: true }>().json === true,
      stopped: 'Pins that were written by then stay.',
      work: (project, task) => commitData(project, paths === undefined ? {} : { paths }, task),
      tell: (result, shown) => tellPinned(context.terminal, result, shown),
      code: ({ problems }) => (problems.length > 0 ? exitCodes.impossible : exitCodes.done),
    });
  },
};
