/** `lockstep data diff`: what differs between the data of two commits, or of one and the working tree. */
import { resolve } from 'node:path';
import { diffData } from '../../../data/operations/diffData.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { collected, jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellDataDiff } from '../../text/dataDiffText.ts';
import { runDataCommand } from './runDataCommand.ts';

export const dataDiff: Subcommand = {
  name: 'data diff',
  async run(words, context) {
    const parser = newCommand(
      'data diff',
      'What differs between the data of two commits, or of one and the working tree.',
      context,
    )
      .argument('[from]', 'a commit, branch or tag', 'HEAD')
      .argument('[to]', 'another; the working tree when left out')
      .option('--path <path>', 'only this; may be repeated', collected)
      .option('--exit-code', 'end with 1 where something differs')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ path?: string[]; exitCode?: true; json?: true }>();
    const [from = 'HEAD', to] = parser.args;
    const paths = flags.path?.map(word => resolve(context.cwd, word));
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'Nothing was changed.',
      work: (project, task) =>
        diffData(
          project,
          { from, ...(to === undefined ? {} : { to }), ...(paths === undefined ? {} : { paths }) },
          task,
        ),
      tell: (result, shown) => tellDataDiff(context.terminal, result, shown),
      code: ({ changes, problems }) =>
        problems.length > 0
          ? exitCodes.impossible
          : flags.exitCode === true && changes.length > 0
            ? exitCodes.negative
            : exitCodes.done,
    });
  },
};
