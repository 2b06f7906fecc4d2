/** `lockstep env gpus`: the GPUs of this machine, what is in their way, and how a container gets them. */
import { detectGpus } from '../../../environments/gpu/detectGpus.ts';
import { sampleGpus } from '../../../environments/gpu/sampleGpus.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellGpus } from '../../text/gpuText.ts';
import { runEnvCommand } from './runEnvCommand.ts';

export const envGpus: Subcommand = {
  name: 'env gpus',
  async run(words, context) {
    const parser = newCommand(
      'env gpus',
      'The GPUs of this machine, and what stands between them and a container.',
      context,
    ).addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    return runEnvCommand(context, {
      json: parser.opts<{ json?: true }>().json === true,
      stopped: 'Nothing was changed.',
      async work({ environment }, signal) {
        const host = await detectGpus({ variables: environment, signal });
        const used = host.gpus.some(gpu => gpu.vendor === 'nvidia');
        const processes = used ? (await sampleGpus({ variables: environment, signal })).processes : [];
        return { ...host, processes };
      },
      tell: result => tellGpus(context.terminal, result),
      code: ({ problems }) => (problems.length > 0 ? exitCodes.negative : exitCodes.done),
    });
  },
};
