/** `lockstep health`: what is about to make runs impossible to reproduce, with the mend. */
import type * as z from 'zod';
import { checkHealthOfRuns } from '../../reproduction/health/checkHealth.ts';
import type { RunHealth } from '../../runs/runHealth.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { openRuns } from '../openRuns.ts';
import type { healthOutputSchema } from '../output/healthOutput.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { tellHealth } from '../text/tellHealth.ts';

export const health: Subcommand = {
  name: 'health',
  async run(words, context) {
    const parser = newCommand(
      'health',
      'What is about to make runs impossible to reproduce: code, data or images that only this machine has, or nobody.',
      context,
    )
      .argument('[run...]', 'starred runs when none is named')
      .option('--remote', 'ask remotes and registries over the network, too')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ remote?: boolean; json?: boolean }>();
    const { runs, project } = await openRuns(context);
    const ids = parser.args.length > 0 ? await named(runs, parser.args) : await starred(runs);
    const originals = await Promise.all(ids.map(id => runs.read(id)));
    const healths = await checkHealthOfRuns({
      ...{ originals, store: project.store, root: project.root, variables: context.env },
      ...{ network: flags.remote === true, signal: context.signal },
    });
    if (flags.json === true) {
      const document: z.input<typeof healthOutputSchema> = { schemaVersion: 1, runs: healths };
      context.terminal.out(jsonText(document));
    } else if (ids.length === 0)
      context.terminal.out(
        'No run is starred. Star those that must stay reproducible (lockstep annotate RUN --star), or name some.\n',
      );
    else {
      const names = new Map(
        originals.map(({ id, annotations, plan }) => [id, annotations.name ?? plan?.name]),
      );
      tellHealth(healths, id => names.get(id), context.terminal);
    }
    return healths.some(hasProblems) ? exitCodes.negative : exitCodes.done;
  },
};

async function named(runs: RunStore, references: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const reference of references) ids.push(await runs.resolve(reference));
  return [...new Set(ids)];
}

async function starred(runs: RunStore): Promise<string[]> {
  return (await runs.list({ archived: false })).filter(run => run.star).map(run => run.id);
}

function hasProblems({ problems }: RunHealth): boolean {
  return problems.length > 0;
}
