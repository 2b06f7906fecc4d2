/** `lockstep env rebuild`: the container anew from what the files say now; the old one stays until the new image is built. */
import { rebuildEnvironment } from '../../../environments/devcontainer/rebuildEnvironment.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellUp } from '../../text/envUpText.ts';
import { addConfigOption, addGpusOption, environmentRequest, refuseInside } from './environmentRequest.ts';
import type { EnvironmentFlags } from './environmentRequest.ts';
import { runEnvCommand } from './runEnvCommand.ts';
import { runsAtStake, tellEndedRuns } from './runsAtStake.ts';

export const envRebuild: Subcommand = {
  name: 'env rebuild',
  async run(words, context) {
    const parser = addGpusOption(
      addConfigOption(
        newCommand(
          'env rebuild',
          'Make the container anew. The new image is built first; the old container is given up only when that worked.',
          context,
        ),
      ),
    )
      .option('--no-cache', 'build every layer again')
      .option('--force', 'also where runs go on in the old container: they end')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<EnvironmentFlags & { cache: boolean; force?: true }>();
    return runEnvCommand(context, {
      json: flags.json === true,
      stopped: 'Where the new image was not ready, the old container is as it was.',
      async work(environment, signal) {
        await refuseInside(environment.environment);
        const request = await environmentRequest(context, environment, flags, signal);
        const ended = await runsAtStake(environment.project.store, request, flags.force === true);
        const outcome = await rebuildEnvironment({ ...request, noCache: !flags.cache });
        return { ...outcome, endedRuns: ended };
      },
      tell: outcome => {
        tellUp(context.terminal, outcome);
        tellEndedRuns(context.terminal, outcome.endedRuns);
      },
      code: () => exitCodes.done,
    });
  },
};
