/** `lockstep env down`: stops the container, or removes it with what was made for it. */
import { downEnvironment } from '../../../environments/devcontainer/downEnvironment.ts';
import type { DownOutcome } from '../../../environments/devcontainer/downEnvironment.ts';
import { neededImages } from '../../../environments/lock/container/neededImages.ts';
import { sweepRunContainers } from '../../../reproduction/restore/sweepRunContainers.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { sizeText } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';
import { addConfigOption, environmentRequest, refuseInside } from './environmentRequest.ts';
import type { EnvironmentFlags } from './environmentRequest.ts';
import { runEnvCommand } from './runEnvCommand.ts';
import { runsAtStake, tellEndedRuns } from './runsAtStake.ts';

export const envDown: Subcommand = {
  name: 'env down',
  async run(words, context) {
    const parser = addConfigOption(
      newCommand('env down', 'Stop the container of this project; env up starts it again.', context),
    )
      .option(
        '--remove',
        'remove it, with its generated files and the images of earlier builds that no run and no lock needs',
      )
      .option('--volumes', 'with --remove: also its named volumes, except caches that all projects share')
      .option('--force', 'also where runs go on in it: they end')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<EnvironmentFlags & { remove?: true; volumes?: true; force?: true }>();
    if (flags.volumes === true && flags.remove !== true)
      throw wrongUse('--volumes goes with --remove', 'lockstep env down');
    return runEnvCommand(context, {
      json: flags.json === true,
      stopped: 'What was not yet stopped goes on.',
      async work(environment, signal) {
        await refuseInside(environment.environment);
        const request = await environmentRequest(context, environment, flags, signal);
        const ended = await runsAtStake(environment.project.store, request, flags.force === true);
        const outcome = await downEnvironment({
          ...request,
          remove: flags.remove === true,
          volumes: flags.volumes === true,
          neededImages: () => neededImages(environment.root, environment.project.store),
        });
        // Of reproductions of this project that were killed.
        await sweepRunContainers(request.engine.endpoint, { store: environment.project.store });
        return { ...outcome, endedRuns: ended };
      },
      tell: outcome => {
        context.terminal.out(downText(outcome, flags.remove === true));
        tellEndedRuns(context.terminal, outcome.endedRuns);
        for (const warning of outcome.warnings) context.terminal.err(`${printable(warning)}\n`);
      },
      code: () => exitCodes.done,
    });
  },
};

function downText(
  { stopped, removed, volumes, images, earlierImages }: DownOutcome,
  remove: boolean,
): string {
  const done = remove ? removed : stopped;
  if (done.length === 0) return `There is no container to ${remove ? 'remove' : 'stop'}.\n`;
  const lines = [`${remove ? 'Removed' : 'Stopped'} ${done.map(printable).join(', ')}`];
  if (volumes.length > 0) lines.push(`Removed volumes ${volumes.map(printable).join(', ')}`);
  if (images.length > 0) lines.push(`Removed ${images.length === 1 ? 'its image' : 'its images'}`);
  for (const { id, bytes } of earlierImages)
    lines.push(
      `Removed the image ${id.slice(0, 19)} of an earlier build (${sizeText(bytes)} with what it shares)`,
    );
  return `${lines.join('\n')}\n`;
}
