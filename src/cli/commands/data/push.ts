/** `lockstep data push`: from the cache to the remotes. */
import { pushData } from '../../../data/operations/pushData.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { newCommand, parseWords } from '../../readWords.ts';
import { tellTransfer, transferCode } from '../../text/dataTransferText.ts';
import { runDataCommand } from './runDataCommand.ts';
import {
  addScopeOptions,
  addTransferOptions,
  transferRequest,
  type TransferFlags,
} from './transferOptions.ts';

export const dataPush: Subcommand = {
  name: 'data push',
  async run(words, context) {
    const parser = addScopeOptions(
      addTransferOptions(newCommand('data push', 'Give the remote what is pinned and it lacks.', context)),
    );
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<TransferFlags>();
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'What arrived whole stays; run it again for the rest.',
      work: (project, task) => pushData(project, transferRequest(context, parser.args, flags), task),
      tell: (result, shown) => tellTransfer(context.terminal, 'Pushed', result, shown),
      code: transferCode,
    });
  },
};
