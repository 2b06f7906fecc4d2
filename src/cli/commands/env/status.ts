/** `lockstep env status`: what there is of this project's environment right now. */
import { findDevcontainers } from '../../../environments/devcontainer/findDevcontainers.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { printable } from '../../text/printable.ts';
import { runEnvCommand } from './runEnvCommand.ts';

export const envStatus: Subcommand = {
  name: 'env status',
  async run(words, context) {
    const parser = newCommand(
      'env status',
      'What there is of this project’s environment.',
      context,
    ).addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    return runEnvCommand(context, {
      json: parser.opts<{ json?: true }>().json === true,
      stopped: 'Nothing was changed.',
      work: async ({ root }) => ({ configs: await findDevcontainers(root) }),
      tell: ({ configs }) =>
        context.terminal.out(
          configs.length === 0
            ? 'This project has no devcontainer.\n'
            : configs.map(path => `${printable(path)}\n`).join(''),
        ),
      code: () => exitCodes.done,
    });
  },
};
