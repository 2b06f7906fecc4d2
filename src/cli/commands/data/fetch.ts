/** `lockstep data fetch`: from the remotes into the cache. */
import { fetchData } from '../../../data/operations/fetchData.ts';
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

export const dataFetch: Subcommand = {
  name: 'data fetch',
  async run(words, context) {
    const parser = addScopeOptions(
      addTransferOptions(
        newCommand('data fetch', 'Bring what is pinned from the remote into the cache.', context),
      ),
    );
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<TransferFlags>();
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'What came whole stays; run it again for the rest.',
      work: (project, task) => fetchData(project, transferRequest(context, parser.args, flags), task),
      tell: (result, shown) => tellTransfer(context.terminal, 'Fetched', result, shown),
      code: transferCode,
    });
  },
};
