/**
 * `lockstep env disk`: what the containers of this project take, what the engine holds in all, and the managed Python
 * environments in the user's cache; with --remove-unused those go that nobody needs.
 */
import { LockstepError } from '../../../base/lockstepError.ts';
import { environmentDisk } from '../../../environments/devcontainer/environmentDisk.ts';
import type { EnvironmentDisk } from '../../../environments/devcontainer/environmentDisk.ts';
import type { ManagedPython } from '../../../environments/python/managedEnvironments.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { environmentDiskText, pythonText, removedText } from '../../text/environmentDiskText.ts';
import { printable } from '../../text/printable.ts';
import { environmentRequest } from './environmentRequest.ts';
import type { EnvironmentFlags } from './environmentRequest.ts';
import { lookAtPython, removeUnusedPython } from './pythonDisk.ts';
import { runEnvCommand } from './runEnvCommand.ts';

interface DiskFlags extends EnvironmentFlags {
  readonly removeUnused?: true;
  readonly days?: string;
  readonly yes?: true;
}

/** Without an engine what is known without it: its problem in its place. */
type Disk = Partial<EnvironmentDisk> & {
  readonly engineProblem?: { readonly code: string; readonly message: string; readonly mend?: string };
  readonly python: readonly ManagedPython[];
};

const usualDays = 30;

export const envDisk: Subcommand = {
  name: 'env disk',
  async run(words, context) {
    const parser = newCommand(
      'env disk',
      'What the containers, images and volumes take, and the Python environments that Lockstep made.',
      context,
    )
      .option(
        '--remove-unused',
        `remove the Python environments that nothing runs from and no project has used for ${usualDays} days, and those put aside as long ago; they are built again when they are needed`,
      )
      .option(
        '--days <n>',
        'with --remove-unused: another number of days; 0 for all that nothing runs from and nothing has used for an hour',
      )
      .option('-y, --yes', 'remove without asking')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<DiskFlags>();
    const json = flags.json === true;
    if (flags.removeUnused !== true && (flags.days !== undefined || flags.yes === true))
      throw wrongUse('--days and --yes go with --remove-unused', 'lockstep env disk');
    if (flags.removeUnused === true) {
      const days = Number(flags.days ?? usualDays);
      if (flags.days?.trim() === '' || !Number.isFinite(days) || days < 0)
        throw wrongUse('--days wants a number of days, 0 or more', 'lockstep env disk');
      return runEnvCommand(context, {
        json,
        stopped: 'What was removed by then is built again when it is needed.',
        work: (environment, signal) =>
          removeUnusedPython(environment, { days, yes: flags.yes === true, signal }, context),
        tell: outcome => context.terminal.out(removedText(outcome)),
        code: () => exitCodes.done,
      });
    }
    return runEnvCommand<Disk>(context, {
      json,
      stopped: 'Nothing was changed.',
      work: async (environment, signal) => {
        const python = await lookAtPython(environment);
        try {
          const request = await environmentRequest(context, environment, flags, signal);
          return { ...(await environmentDisk(request)), python };
        } catch (error) {
          signal.throwIfAborted();
          if (python.length === 0 || !(error instanceof LockstepError)) throw error;
          const { code, message, mend } = error;
          return { engineProblem: { code, message, ...(mend === undefined ? {} : { mend }) }, python };
        }
      },
      tell: ({ parts = [], engine = [], engineProblem, python }) => {
        if (engineProblem === undefined) context.terminal.out(environmentDiskText({ parts, engine }));
        else context.terminal.err(`lockstep: ${printable(engineProblem.message)}\n`);
        context.terminal.out(pythonText(python));
      },
      code: () => exitCodes.done,
    });
  },
};
