/** `lockstep env disk`: what the containers of this project take, and what the engine holds in all. */
import { environmentDisk } from '../../../environments/devcontainer/environmentDisk.ts';
import type { EnvironmentDisk } from '../../../environments/devcontainer/environmentDisk.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { sizeText } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';
import { environmentRequest } from './environmentRequest.ts';
import type { EnvironmentFlags } from './environmentRequest.ts';
import { runEnvCommand } from './runEnvCommand.ts';

export const envDisk: Subcommand = {
  name: 'env disk',
  async run(words, context) {
    const parser = newCommand('env disk', 'What the containers, images and volumes take.', context).addOption(
      jsonOption(),
    );
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<EnvironmentFlags>();
    return runEnvCommand(context, {
      json: flags.json === true,
      stopped: 'Nothing was changed.',
      work: async (environment, signal) =>
        environmentDisk(await environmentRequest(context, environment, flags, signal)),
      tell: disk => context.terminal.out(diskText(disk)),
      code: () => exitCodes.done,
    });
  },
};

function diskText({ parts, engine }: EnvironmentDisk): string {
  const own = parts.map(
    ({ kind, name, bytes }) =>
      `  ${kind.padEnd(9)}  ${(bytes === undefined ? '' : sizeText(bytes)).padStart(8)}  ${printable(name)}\n`,
  );
  const all = engine.map(
    ({ kind, count, size, reclaimable }) =>
      `  ${printable(kind).padEnd(14)} ${String(count).padStart(5)}  ${printable(size).padStart(9)}, ${printable(reclaimable)} of it unused\n`,
  );
  return `${own.length === 0 ? 'This project has no container.\n' : `This project:\n${own.join('')}`}${
    all.length === 0 ? '' : `The engine in all:\n${all.join('')}`
  }`;
}
