/** `lockstep cancel`: ends a run with its whole tree of processes. */
import { cancelRun } from '../../execution/cancelRun.ts';
import type { Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { shortId } from '../text/describe.ts';

export const cancel: Subcommand = {
  name: 'cancel',
  async run(words, context) {
    const parser = newCommand('cancel', 'End a run with all its processes.', context)
      .argument('<run>', '@1, an id, a part of one, or a name')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const { runs, project } = await openRuns(context);
    const id = await runs.resolve(parser.args[0] ?? '');
    const end = await cancelRun(project.store, id, { signal: context.signal });
    if (parser.opts<{ json?: boolean }>().json === true)
      context.terminal.out(jsonText({ schemaVersion: 1, id, state: end.state }));
    else if (end.state === 'cancelled') context.terminal.err(`Run ${shortId(id)} is cancelled.\n`);
    else context.terminal.err(`Run ${shortId(id)} had ${end.state} before it could be cancelled.\n`);
    return exitCodes.done;
  },
};
