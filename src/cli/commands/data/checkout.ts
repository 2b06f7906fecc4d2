/** `lockstep data checkout`: the working tree becomes what the pins say; remembers which paths this clone wants. */
import { checkoutData } from '../../../data/operations/checkoutData.ts';
import { chooseSparse, unchosenStillThere } from '../../../data/operations/sparseChoice.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { checkoutCode, tellCheckout } from '../../text/dataCheckoutText.ts';
import { absolutePaths, runDataCommand } from './runDataCommand.ts';

export const dataCheckout: Subcommand = {
  name: 'data checkout',
  async run(words, context) {
    const parser = newCommand(
      'data checkout',
      'Make the working tree what the pins say, from the cache alone (lockstep data pull also asks the remote). What is saved nowhere else is listed and left as it is.',
      context,
    )
      .argument('[path...]', 'only these, this time')
      .option('-f, --force', 'overwrite and delete also what is saved nowhere else')
      .option('--relink', 'link or copy again also what is right already, after a change of cache.type')
      .option('--only', 'remember for this clone: from now on only these paths, here and in pull')
      .option('--all', 'forget --only: everything again')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ force?: true; relink?: true; only?: true; all?: true; json?: true }>();
    const paths = absolutePaths(context, parser.args);
    if (flags.only === true && paths === undefined)
      throw wrongUse('--only wants the paths that this clone is to hold', 'lockstep data checkout');
    if (flags.all === true && (flags.only === true || paths !== undefined))
      throw wrongUse('--all stands alone', 'lockstep data checkout');
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'What is placed stays; run it again for the rest.',
      work: async (project, task) => {
        if (flags.only === true) await chooseSparse(project, paths);
        if (flags.all === true) await chooseSparse(project, undefined);
        const request = { force: flags.force === true, relink: flags.relink === true };
        const result = await checkoutData(
          project,
          paths === undefined ? request : { ...request, paths },
          task,
        );
        if (flags.only !== true) return result;
        const stillThere = await unchosenStillThere(project);
        return stillThere.length === 0 ? result : { ...result, stillThere };
      },
      tell: (result, shown) => tellCheckout(context.terminal, result, shown),
      code: checkoutCode,
    });
  },
};
