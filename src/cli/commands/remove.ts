/** `lockstep remove`: to the trash of the store, and back with --undo. */
import type { Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { releaseSnapshots } from '../../execution/releaseSnapshots.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { shortId } from '../text/describe.ts';

export const remove: Subcommand = {
  name: 'remove',
  async run(words, context) {
    const parser = newCommand('remove', 'Move runs to the trash, where they stay for 30 days.', context)
      .argument('<run...>', '@1, an id, a part of one, or a name; with --undo of a run in the trash')
      .option('--undo', 'move runs back from the trash')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ undo?: boolean; json?: boolean }>();
    const { runs } = await openRuns(context);
    if (flags.undo === true) {
      // All are found before the first is moved: a name must not change its meaning on the way.
      const ids = [...new Set(await Promise.all(parser.args.map(word => runs.resolveTrashed(word))))];
      await runs.restore(ids);
      if (flags.json === true) context.terminal.out(jsonText({ schemaVersion: 1, restored: ids }));
      else context.terminal.err(`Back from the trash: ${ids.map(shortId).join(', ')}\n`);
      return exitCodes.done;
    }
    // All are found before the first is moved: @1 must not change its meaning on the way.
    const ids = [...new Set(await Promise.all(parser.args.map(word => runs.resolve(word))))];
    const { emptied } = await runs.remove(ids);
    if (flags.json === true) context.terminal.out(jsonText({ schemaVersion: 1, removed: ids }));
    else context.terminal.err(`To undo: lockstep remove --undo ${ids.map(shortId).join(' ')}\n`);
    await releaseSnapshots({ store: runs.store, emptied, environment: context.env });
    return exitCodes.done;
  },
};
