/** `lockstep data pull`: from the remotes into the cache and the working tree. */
import { pullData } from '../../../data/operations/pullData.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { newCommand, parseWords } from '../../readWords.ts';
import { checkoutCode, tellCheckout } from '../../text/dataCheckoutText.ts';
import { tellTransfer, transferCode } from '../../text/dataTransferText.ts';
import { runDataCommand } from './runDataCommand.ts';
import { addTransferOptions, transferRequest, type TransferFlags } from './transferOptions.ts';

export const dataPull: Subcommand = {
  name: 'data pull',
  async run(words, context) {
    const parser = addTransferOptions(
      newCommand(
        'data pull',
        'Bring what is pinned from the remote into the cache and the working tree. What is saved nowhere else is listed and left as it is.',
        context,
      ),
    ).option('-f, --force', 'overwrite and delete also what is saved nowhere else');
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<TransferFlags & { force?: true }>();
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'What came whole stays; run it again for the rest.',
      work: (project, task) =>
        pullData(
          project,
          { ...transferRequest(context, parser.args, flags), force: flags.force === true },
          task,
        ),
      tell: (result, shown) => {
        // What could not be had is what checkout will miss: told once, with the reason.
        tellTransfer(context.terminal, 'Fetched', result.fetch, shown);
        const told = new Set(result.fetch.missing.map(one => one.path));
        const missing = result.checkout.missing.filter(one => !told.has(one.path));
        const problems = result.checkout.problems.filter(
          one => !result.fetch.problems.some(({ path, what }) => path === one.path && what === one.what),
        );
        tellCheckout(context.terminal, { ...result.checkout, missing, problems }, shown);
      },
      code: ({ fetch, checkout }) => transferCode(fetch) || checkoutCode(checkout),
    });
  },
};
