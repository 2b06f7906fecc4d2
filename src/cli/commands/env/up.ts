/** `lockstep env up`: the devcontainer of this project, made, started, or used as it is. */
import { upLocked } from '../../../environments/lock/container/upLocked.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellUp } from '../../text/envUpText.ts';
import { addConfigOption, addGpusOption, environmentRequest, refuseInside } from './environmentRequest.ts';
import type { EnvironmentFlags } from './environmentRequest.ts';
import { runEnvCommand } from './runEnvCommand.ts';

export const envUp: Subcommand = {
  name: 'env up',
  async run(words, context) {
    const parser = addGpusOption(
      addConfigOption(
        newCommand(
          'env up',
          'Make and start the devcontainer of this project, or use the one that is there.',
          context,
        ),
      ),
    ).addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<EnvironmentFlags>();
    return runEnvCommand(context, {
      json: flags.json === true,
      stopped: 'No half-made container is left; what was there before stays.',
      async work(environment, signal) {
        await refuseInside(environment.environment);
        return upLocked(await environmentRequest(context, environment, flags, signal));
      },
      tell: outcome => tellUp(context.terminal, outcome),
      code: () => exitCodes.done,
    });
  },
};
