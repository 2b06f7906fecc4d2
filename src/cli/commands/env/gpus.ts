/** `lockstep env gpus`: the GPUs of this machine, what is in their way, and how a container gets them. */
import { findEngine } from '../../../environments/engine/findEngine.ts';
import { detectGpus } from '../../../environments/gpu/detectGpus.ts';
import { planGpuPassing } from '../../../environments/gpu/planGpuPassing.ts';
import { runOfProcess } from '../../../environments/gpu/runOfProcess.ts';
import { sampleGpus } from '../../../environments/gpu/sampleGpus.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellGpus, type UsedGpu } from '../../text/gpuText.ts';
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
        const [host, { engine }] = await Promise.all([
          detectGpus({ variables: environment, signal }),
          findEngine({ settings: {}, variables: environment, signal }),
        ]);
        const used = host.gpus.some(gpu => gpu.vendor === 'nvidia');
        const found = used ? (await sampleGpus({ variables: environment, signal })).processes : [];
        const processes = await Promise.all(
          found.map(async (one): Promise<UsedGpu> => {
            const run = await runOfProcess(one.pid);
            return run === undefined ? one : { ...one, run };
          }),
        );
        const passing = engine === undefined ? undefined : planGpuPassing(engine, host, { want: 'optional' });
        return { ...host, processes, ...(passing === undefined ? {} : { passing }) };
      },
      tell: result => tellGpus(context.terminal, result),
      code: ({ problems }) => (problems.length > 0 ? exitCodes.negative : exitCodes.done),
    });
  },
};
