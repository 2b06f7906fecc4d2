/** `lockstep share fetch`: the runs that others shared, as records. */
import { fetchShared, type FetchSharedOutcome } from '../../../sharing/fetchShared.ts';
import type { CliContext, Subcommand } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { openRuns } from '../../openRuns.ts';
import { jsonText } from '../../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { countText, shortId } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';
import { withShareTask } from './shareTask.ts';

export const shareFetch: Subcommand = {
  name: 'share fetch',
  async run(words, context) {
    const parser = newCommand(
      'share fetch',
      'Bring the runs that others shared into the list. Their records only: the code comes when one is reproduced.',
      context,
    )
      .argument('[run...]', 'ids, or parts of them; all shared runs when absent')
      .option('--remote <name>', 'a git remote; else that of the branch, or origin')
      .option('--full', 'with their code, to reproduce them without the remote')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<FetchFlags>();
    const { project } = await openRuns(context);
    return withShareTask(context, 'Runs that came stay; run it again for the rest.', async task => {
      const outcome = await fetchShared(
        {
          ...{ store: project.store, root: project.root, remote: flags.remote, full: flags.full === true },
          ...(parser.args.length === 0 ? {} : { runs: parser.args }),
        },
        task,
      );
      task.clear();
      if (flags.json === true) context.terminal.out(jsonText({ schemaVersion: 1, ...outcome }));
      else tell(outcome, context);
      return outcome.refused.length > 0 ? exitCodes.negative : exitCodes.done;
    });
  },
};

interface FetchFlags {
  readonly remote?: string;
  readonly full?: boolean;
  readonly json?: boolean;
}

function tell(
  { remote, url, fetched, unchanged, refused }: FetchSharedOutcome,
  { terminal }: CliContext,
): void {
  const where = remote === url ? printable(url) : `${printable(remote)} (${printable(url)})`;
  for (const { id, how, sharedBy, verdicts } of fetched) {
    const who = sharedBy === undefined ? '' : ` from ${printable(sharedBy)}`;
    const what =
      how === 'new' ? `new${who}` : verdicts === 0 ? 'up to date' : countText(verdicts, 'new verdict');
    terminal.out(`  ${shortId(id)}  ${what}\n`);
  }
  for (const { id, why } of refused) terminal.err(`  ${shortId(id)}  not taken: ${printable(why)}\n`);
  const total = fetched.length + unchanged;
  terminal.out(
    total + refused.length === 0
      ? `Nobody has shared a run in ${where}.\n`
      : `${countText(fetched.length, 'run')} fetched from ${where}, ${unchanged} unchanged${refused.length === 0 ? '' : `, ${refused.length} not taken`}.\n`,
  );
}
