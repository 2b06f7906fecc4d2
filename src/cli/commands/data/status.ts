/** `lockstep data status`: in sync or not, path by path. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DataProject } from '../../../data/operations/dataProject.ts';
import { readDataStatus } from '../../../data/operations/readDataStatus.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellDataStatus } from '../../text/dataStatusText.ts';
import { absolutePaths, runDataCommand } from './runDataCommand.ts';

export const dataStatus: Subcommand = {
  name: 'data status',
  async run(words, context) {
    const parser = newCommand('data status', 'Does the working tree hold what the pins say?', context)
      .argument('[path...]', 'only these')
      .option('-r, --remote [name]', 'ask the remote, too, what it lacks')
      .option('-c, --cloud', 'the same, as dvc calls it')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ remote?: string | true; cloud?: true; json?: true }>();
    return runDataCommand(context, {
      json: flags.json === true,
      stopped: 'Nothing was changed.',
      work: (project, task) => {
        const { remote, paths } = remoteOrPath(project, flags.remote ?? flags.cloud, parser.args);
        const only = absolutePaths(context, paths);
        return readDataStatus(
          project,
          { ...(only === undefined ? {} : { paths: only }), ...(remote === undefined ? {} : { remote }) },
          task,
        );
      },
      tell: (status, shown) => tellDataStatus(context.terminal, status, shown, flags.remote !== undefined),
      code: status =>
        status.problems.length > 0
          ? exitCodes.impossible
          : status.inSync
            ? exitCodes.done
            : exitCodes.negative,
    });
  },
};

/** `--remote data/raw` asks the default remote about a path: only what is the name of a remote is taken as one. */
function remoteOrPath(
  { repositories }: DataProject,
  word: string | true | undefined,
  paths: readonly string[],
): { remote?: string | true; paths: readonly string[] } {
  if (word === undefined) return { paths };
  if (word === true || repositories.some(({ settings }) => settings.remotes.some(one => one.name === word)))
    return { remote: word, paths };
  return looksLikePath(word) ? { remote: true, paths: [word, ...paths] } : { remote: word, paths };
}

function looksLikePath(word: string): boolean {
  return word.includes('/') || word.includes('.') || existsSync(resolve(word));
}
